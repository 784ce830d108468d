import { type InterpolateFunction, type PanelData, locationUtil } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { ContextMenu, Menu } from '@grafana/ui';
import React, { type ComponentProps } from 'react';
import { entryOfNode } from '../../model/flame-layout';
import { labelOf, levelOf, pathTo } from '../../model/flame-tree';
import { alertTarget, mayCreateAlerts, openAlertEditor } from '../../ui/alert-link';
import { copyText } from '../../ui/panel-copy';
import { type Selection } from '../../ui/panel-selection';
import { frameDetails, isMethod, linksOfRow, packageOfRow } from './flame-data';
import { searchOfName } from './flame-pipeline';
import { rowPlace, rowPx, rowTop } from './flame-rows-px';
import { shortened } from './shortened';
import { sourceLink } from './source-link';
import { type MenuPlace } from './use-flame-controls';
import { type FlameControl } from './use-flame-state';

interface FlameMenuProps extends MenuPlace {
  selection: Selection;
  control: FlameControl;
  onSandwich: (method: string) => void;
  onMethods: () => void;
  /** Template of the option “Source link”. */
  sourceUrl: string;
  replaceVariables: InterpolateFunction;
  /** The query behind the graph, for an alert rule of the same selection. */
  panelData: PanelData;
  refId?: string;
  panelId: number;
  onClose: () => void;
}

/** What can be done with one frame. */
export function FlameMenu(props: FlameMenuProps) {
  const { onClose } = props;
  const { x, y } = pagePlace(props);
  const items = () => (
    <>
      <ZoomItems {...props} />
      {isMethod(props.data, props.node) && <MethodItems {...props} />}
      <Menu.Divider />
      <CopyItems {...props} />
      <LinkItems {...props} />
    </>
  );
  return <ContextMenu x={x} y={y} onClose={onClose} renderMenuItems={items} focusOnOpen />;
}

/** The pointer, or the lower left corner of the frame. */
function pagePlace({ at, data, focus, node }: MenuPlace): { x: number; y: number } {
  if (!('view' in at)) {
    return { x: at.clientX, y: at.clientY };
  }
  const { flip, view } = at;
  const box = view?.getBoundingClientRect();
  const entry = entryOfNode(data.tree, focus.layout, node);
  const row = levelOf(data.tree, node) - levelOf(data.tree, focus.node);
  const top = rowTop(rowPlace(focus.layout, flip, view?.clientHeight ?? 0), row);
  const x = (box?.left ?? 0) + (entry >= 0 ? focus.layout.x[entry] : 0);
  return { x, y: (box?.top ?? 0) + top + rowPx - (view?.scrollTop ?? 0) };
}

function ZoomItems({ data, focus, node, onSandwich }: FlameMenuProps) {
  const method = isMethod(data, node) ? labelOf(data.tree, node) : undefined;
  return (
    <>
      <Menu.Item
        label="Zoom"
        icon="search-plus"
        shortcut="Enter"
        disabled={node === focus.node}
        onClick={() => focus.zoom(node)}
      />
      {method !== undefined && (
        <Menu.Item label="Callers and callees" icon="gf-show-context" shortcut="S" onClick={() => onSandwich(method)} />
      )}
    </>
  );
}

function MethodItems({ data, node, selection, control, onMethods }: FlameMenuProps) {
  const { rules } = control.get();
  const name = labelOf(data.tree, node);
  const picked = selection.names.has(name);
  const group = packageOfRow(data.rows, data.tree.row[node]);
  const show = () => {
    control.setSearch(searchOfName(name));
    onMethods();
  };
  return (
    <>
      <Menu.Item
        label={picked ? 'Take out of selection' : 'Select'}
        icon={picked ? 'times' : 'check'}
        shortcut="Space"
        onClick={() => selection.toggle(name)}
      />
      <Menu.Item label="Search this name" icon="search" onClick={() => control.setSearch(searchOfName(name))} />
      <Menu.Item label="Show in table" icon="table" onClick={show} />
      <Menu.Divider />
      <Menu.Item
        label="Hide: its time goes to its callers"
        icon="eye-slash"
        onClick={() => control.setRules({ hide: [...rules.hide, name] })}
      />
      <Menu.Item
        label="Exclude stacks through it"
        icon="filter"
        onClick={() => control.setRules({ exclude: [...rules.exclude, name] })}
      />
      {group !== '' && (
        <Menu.Item
          label={`Only ${shortened(group)}`}
          icon="layer-group"
          onClick={() => control.setRules({ only: group })}
        />
      )}
    </>
  );
}

function CopyItems({ data, node }: FlameMenuProps) {
  const stack = () =>
    pathTo(data.tree, node)
      .reverse()
      .map((at) => labelOf(data.tree, at))
      .join('\n');
  return (
    <>
      <Menu.Item label="Copy name" icon="copy" onClick={() => void copyText(labelOf(data.tree, node), 'Name')} />
      <Menu.Item label="Copy stack" icon="copy" onClick={() => void copyText(stack(), 'Stack')} />
      <Menu.Item
        label="Copy link to this view"
        icon="link"
        onClick={() => void copyText(window.location.href, 'Link')}
      />
    </>
  );
}

function LinkItems({ data, node, sourceUrl, replaceVariables, panelData, panelId, refId }: FlameMenuProps) {
  const { file, line } = frameDetails(data, node);
  const method = labelOf(data.tree, node);
  const source = sourceLink(sourceUrl, { file, line, method }, replaceVariables);
  const { profileType } = data.custom;
  // Only our answers name their type, and only of those the overview knows requests.
  const requests = isMethod(data, node) && profileType ? requestsLink(method, profileType) : undefined;
  const target = isMethod(data, node) && mayCreateAlerts() ? alertTarget(panelData, refId) : undefined;
  const share = data.upwards ? NaN : data.rows.value[data.tree.row[node]] / data.rows.value[0];
  return (
    <>
      {requests && <LinkItem label="Requests that ran this" icon="list-ul" url={requests} target="_blank" />}
      {linksOfRow(data, data.tree.row[node]).map(({ href, title, target: where, onClick }, i) => (
        <LinkItem key={i} label={shortened(title || href)} icon="link" url={href} target={where} onClick={onClick} />
      ))}
      {source && <LinkItem label="Open source" icon="external-link-alt" url={source} target="_blank" />}
      {target && (
        <Menu.Item
          label="Create alert"
          icon="bell"
          onClick={() =>
            void openAlertEditor(target, panelData, {
              ...{ dimension: 'method', name: method, measure: 'totalShare', share, panelId },
              profileType,
            })
          }
        />
      )}
    </>
  );
}

/** Grafana 12 gives links no role, and a menu may hold items only. */
const LinkItem = (props: ComponentProps<typeof Menu.Item>) => <Menu.Item {...props} role="menuitem" />;

const overviewPath = '/d/hotspan-overview';

/** The overview narrowed to the method: its table of requests holds those that ran it. Time and variables stay. */
function requestsLink(method: string, profileType: string): string {
  const now = locationService.getSearch();
  const params = new URLSearchParams();
  now.forEach((value, key) => {
    if (key === 'from' || key === 'to' || key.startsWith('var-')) {
      params.append(key, value);
    }
  });
  params.set('var-method', method);
  if (!params.has('var-profile_type')) {
    params.set('var-profile_type', profileType);
  }
  return locationUtil.assureBaseUrl(`${overviewPath}?${params.toString()}`);
}
