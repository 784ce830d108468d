import { type KeyboardEvent, type MouseEvent, type RefObject } from 'react';
import { entryOfNode } from '../../model/flame-layout';
import { type NodeIndex, labelOf, levelOf, parentOf } from '../../model/flame-tree';
import { useOverride } from '../../ui/panel-override';
import { type Selection } from '../../ui/panel-selection';
import { type FlameData, isMethod } from './flame-data';
import { moveByKey, runKey } from './flame-keys';
import { type MenuPlace } from './flame-menu';
import { rowPx } from './flame-painter';
import { type HoverStore } from './hover-store';
import { type FlameFocus, type FlameSearch } from './use-flame-view';

interface FlameParts {
  data: FlameData;
  focus: FlameFocus;
  search: FlameSearch;
  selection: Selection;
  scrollRef: RefObject<HTMLDivElement>;
  searchRef: RefObject<HTMLInputElement>;
  hover: HoverStore;
  setMenu: (menu: MenuPlace) => void;
  openHelp: () => void;
}

/** Narrower matches are zoomed in on when they are stepped to. */
const seenPx = 20;

/** What mouse and keyboard do; `active` is the frame the keyboard is on. A new view puts it on the zoomed frame. */
export function useFlameControls(parts: FlameParts) {
  const { data, focus, search, selection, searchRef, openHelp } = parts;
  const { tree } = data;
  const [active, setActive] = useOverride<NodeIndex>(focus.node, focus.layout);
  const select = (node: NodeIndex) => {
    if (isMethod(data, node)) {
      selection.toggle(labelOf(tree, node));
    }
  };
  const step = (by: 1 | -1) => {
    const node = search.step(by);
    if (node >= 0) {
      setActive(node);
      if (!isSeen(parts, node)) {
        focus.zoom(node);
      }
    }
  };
  const onClick = (entry: number, event: MouseEvent) => {
    if (entry < 0) {
      return;
    }
    const { node, count } = focus.layout;
    const target = count[entry] > 0 ? parentOf(tree, node[entry]) : node[entry];
    setActive(target);
    if (event.ctrlKey || event.metaKey || event.shiftKey) {
      select(target);
    } else {
      focus.zoom(target);
    }
  };
  const commands = {
    zoom: () => focus.zoom(active),
    back: focus.back,
    reset: focus.reset,
    select: () => select(active),
    menu: () => parts.setMenu(menuAt(parts, active)),
    search: () => searchRef.current?.focus(),
    step,
    help: openHelp,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const withControl = event.ctrlKey || event.metaKey || event.altKey;
    const to = withControl ? undefined : moveByKey(tree, focus.node, active, event.key);
    if (to !== undefined) {
      setActive(to);
    }
    if (to !== undefined || runKey(event, commands)) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  return {
    active,
    step,
    onClick,
    onMenu: (entry: number, event: MouseEvent) => openMenu(parts, entry, event),
    onKeyDown,
  };
}

function isSeen({ data, focus: { layout } }: FlameParts, node: NodeIndex): boolean {
  const entry = entryOfNode(data.tree, layout, node);
  return entry >= 0 && layout.count[entry] === 0 && layout.w[entry] >= seenPx;
}

function openMenu({ focus, hover, setMenu }: FlameParts, entry: number, event: MouseEvent) {
  if (entry >= 0 && focus.layout.count[entry] === 0) {
    event.preventDefault();
    hover.clear();
    setMenu({ node: focus.layout.node[entry], x: event.clientX, y: event.clientY });
  }
}

/** The menu's place below a frame, for the keyboard. */
function menuAt({ data, focus, scrollRef }: FlameParts, node: NodeIndex): MenuPlace {
  const box = scrollRef.current?.getBoundingClientRect();
  const entry = entryOfNode(data.tree, focus.layout, node);
  const row = levelOf(data.tree, node) - levelOf(data.tree, focus.node);
  const x = (box?.left ?? 0) + (entry >= 0 ? focus.layout.x[entry] : 0);
  return { node, x, y: (box?.top ?? 0) + (row + 1) * rowPx - (scrollRef.current?.scrollTop ?? 0) };
}
