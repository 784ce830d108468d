import { ContextMenu, Menu } from '@grafana/ui';
import React from 'react';
import { type NodeIndex, labelOf, parentOf, pathTo } from '../../model/flame-tree';
import { copyText } from '../../ui/panel-copy';
import { type Selection } from '../../ui/panel-selection';
import { type FlameData, isMethod } from './flame-data';
import { type FlameFocus } from './use-flame-view';

export interface MenuPlace {
  readonly node: NodeIndex;
  readonly x: number;
  readonly y: number;
}

interface FlameMenuProps extends MenuPlace {
  data: FlameData;
  focus: FlameFocus;
  selection: Selection;
  onSearch: (text: string) => void;
  onClose: () => void;
}

/** What can be done with one frame. */
export function FlameMenu({ data, node, x, y, focus, selection, onSearch, onClose }: FlameMenuProps) {
  const name = labelOf(data.tree, node);
  const picked = selection.names.has(name);
  const stack = () =>
    pathTo(data.tree, node)
      .reverse()
      .map((at) => labelOf(data.tree, at))
      .join('\n');
  const items = () => (
    <>
      <Menu.Item label="Zoom" icon="search-plus" disabled={node === focus.node} onClick={() => focus.zoom(node)} />
      {parentOf(data.tree, focus.node) >= 0 && (
        <Menu.Item label="Zoom out" icon="search-minus" shortcut="Esc" onClick={() => focus.back()} />
      )}
      {isMethod(data, node) && (
        <Menu.Item
          label={picked ? 'Take out of selection' : 'Select'}
          icon={picked ? 'times' : 'check'}
          shortcut="Ctrl+click"
          onClick={() => selection.toggle(name)}
        />
      )}
      <Menu.Item label="Search this name" icon="search" onClick={() => onSearch(name)} />
      <Menu.Divider />
      <Menu.Item label="Copy name" icon="copy" onClick={() => void copyText(name, 'Name')} />
      <Menu.Item label="Copy stack" icon="copy" onClick={() => void copyText(stack(), 'Stack')} />
    </>
  );
  return <ContextMenu x={x} y={y} onClose={onClose} renderMenuItems={items} focusOnOpen />;
}
