import { LoadingState, type PanelData, type PanelProps } from '@grafana/data';
import React, { type KeyboardEvent, useMemo, useState } from 'react';
import { copyText } from '../../ui/panel-copy';
import { PanelReason, emptyContent, panelContent } from '../../ui/panel-state';
import { panelToolbarHeightPx } from '../../ui/panel-heights';
import { TableGrid } from '../../ui/table-grid';
import { EmptySpan } from './empty-span';
import { hotspotColumns } from './hotspot-columns';
import {
  type HotspotData,
  type HotspotRows,
  byValue,
  callersTree,
  hotspotFrame,
  neededFields,
  readHotspotFrame,
  wholeOf,
} from './hotspot-rows';
import { HotspotsFooter, footerHeight } from './hotspots-footer';
import { HotspotsHeader, type TreeOrder } from './hotspots-header';
import { type HotspotsOptions } from './options';
import { profileLinks } from './profile-links';
import { SmallFlame, flameRowPx } from './small-flame';
import { type OpenRows, useOpenRows } from './use-open-rows';
import { type Switches, useSwitches } from './use-switches';

/** The methods that ran in a span. */
export function HotspotsPanel(props: PanelProps<HotspotsOptions>) {
  const { id, fieldConfig, options, replaceVariables } = props;
  const switches = useSwitches(props.data, options, replaceVariables, hotspotFrame(props.data.series)?.refId);
  const { data } = switches;
  const frame = useMemo(() => hotspotFrame(data.series), [data.series]);
  const hotspots = useMemo(() => frame && readHotspotFrame(frame), [frame]);
  const waiting = data.state === LoadingState.Loading;
  if (!frame || !hotspots || data.state === LoadingState.Error) {
    const content = panelContent(data, neededFields);
    const shown = content.state === 'ready' ? emptyContent(data) : content;
    const about = { data, panelId: id, fieldConfig, what: 'samples', queryType: 'hotspots' };
    return <PanelReason content={shown} {...about} />;
  }
  if (hotspots.custom.state !== 'ok') {
    return (
      <EmptySpan
        frame={frame}
        custom={hotspots.custom}
        links={profileLinks(hotspots.custom, data)}
        waiting={waiting}
        onType={switches.setType}
        onScope={switches.setScope}
        onLookAgain={switches.lookAgain}
      />
    );
  }
  return <HotspotsTree {...props} data={data} hotspots={hotspots} switches={switches} waiting={waiting} />;
}

interface TreeProps extends PanelProps<HotspotsOptions> {
  data: PanelData;
  hotspots: HotspotData;
  switches: Switches;
  waiting: boolean;
}

const narrowPx = 480;
const lowPx = 160;
const flameFromPx = 300;

function HotspotsTree({ data, hotspots, switches, waiting, width, height, options }: TreeProps) {
  const { custom } = hotspots;
  const [asked, setAsked] = useState<TreeOrder>('time');
  const order = asked === 'time' && custom.order !== 'time' ? 'value' : asked;
  const tree = useMemo(() => orderedTree(hotspots, order), [hotspots, order]);
  const open = useOpenRows(tree, order === 'callers' ? 'callers' : 'callees');
  const [current, setCurrent] = useState<{ readonly row: number }>();
  const low = height < lowPx;
  const levels = options.showFlame && height >= flameFromPx ? flameLevels(tree, height) : 0;
  const pick = (row: number) => {
    open.openTo(row);
    setCurrent({ row });
  };
  const columns = hotspotColumns({
    rows: tree.rows,
    open,
    unit: custom.unit,
    valueTitle: custom.profileTypeName,
    shareText: custom.shareOf === 'span' ? 'the span’s duration' : 'the total',
    width,
  });
  const chrome = low ? 0 : panelToolbarHeightPx + footerHeight(custom);
  return (
    <div style={{ opacity: waiting ? 0.6 : 1, transition: 'opacity 100ms 300ms' }}>
      {!low && (
        <HotspotsHeader
          custom={custom}
          narrow={width < narrowPx}
          offerChildren={options.offerChildren}
          order={order}
          onOrder={setAsked}
          onType={switches.setType}
          onScope={switches.setScope}
        />
      )}
      {levels > 0 && (
        <SmallFlame tree={tree} unit={custom.unit} width={width} levels={levels} current={current?.row} onPick={pick} />
      )}
      <TableGrid
        label={`${custom.profileTypeName} in the span`}
        columns={columns}
        rows={open.shown}
        height={height - chrome - levels * flameRowPx}
        tree={(row) => ({
          level: tree.rows[row].level,
          open: open.hasChildren(row) ? open.isOpen(row) : undefined,
        })}
        reveal={current}
        onPick={(row) => open.hasChildren(row) && open.toggle(row)}
        onKey={(row, event) => onTreeKey(row, event, tree, open)}
        empty="No method has a name here."
      />
      {!low && <HotspotsFooter custom={custom} links={profileLinks(custom, data)} />}
    </div>
  );
}

function orderedTree({ tree, custom }: HotspotData, order: TreeOrder): HotspotRows {
  switch (order) {
    case 'time':
      return tree;
    case 'value':
      return byValue(tree);
    case 'callers':
      return callersTree(tree, wholeOf(custom));
  }
}

/** A third of the height, no more than the tree is deep. */
function flameLevels({ rows }: HotspotRows, height: number): number {
  const depth = rows.reduce((most, { level }) => Math.max(most, level + 1), 0);
  return Math.min(depth, Math.floor(height / 3 / flameRowPx));
}

/** Right opens and goes in, left closes and goes out, * opens everything below, as in every tree. */
function onTreeKey(row: number | undefined, event: KeyboardEvent, tree: HotspotRows, open: OpenRows): boolean | number {
  if (row === undefined) {
    return false;
  }
  switch (event.key) {
    case 'ArrowRight':
      return !open.hasChildren(row) || (open.isOpen(row) ? row + 1 : done(open.toggle, row));
    case 'ArrowLeft':
      return open.isOpen(row) ? done(open.toggle, row) : tree.parent[row] < 0 || tree.parent[row];
    case '*':
      return done(open.toggleAll, row);
    case 'c':
      return (event.ctrlKey || event.metaKey) && done((at) => void copyText(tree.rows[at].label, 'Name'), row);
    default:
      return false;
  }
}

function done(act: (row: number) => void, row: number): true {
  act(row);
  return true;
}
