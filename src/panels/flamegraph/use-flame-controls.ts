import { type KeyboardEvent, type MouseEvent, type RefObject, useEffect, useMemo, useState } from 'react';
import { entryOfNode } from '../../model/flame-layout';
import { type FlameTree, type NodeIndex, followPath, labelOf, parentOf, pathKeys } from '../../model/flame-tree';
import { type Selection } from '../../ui/panel-selection';
import { type FlameData, isMethod } from './flame-data';
import { moveByKey, runKey } from './flame-keys';
import { type HoverStore } from './hover-store';
import { type FlameFocus } from './use-flame-view';

/** A frame of one drawing and where on the page its menu opens. */
export interface MenuPlace {
  readonly data: FlameData;
  readonly focus: FlameFocus;
  readonly node: NodeIndex;
  /** The pointer, or for the keyboard the drawing, in which it opens at the frame. */
  readonly at: Pick<MouseEvent, 'clientX' | 'clientY'> | DrawingPlace;
}

interface DrawingPlace {
  readonly flip: boolean;
  readonly view: HTMLElement | null;
}

/** What a drawing does beyond itself. */
export interface StageActions {
  readonly selection: Selection;
  back(): boolean;
  reset(): void;
  openMenu(menu: MenuPlace): void;
  openSearch(): void;
  openMethods(): void;
  openHelp(): void;
  step(by: 1 | -1): void;
  sandwich(label: string): void;
}

/** A frame that was asked for from outside (the next match): the keyboard goes there. */
export interface FlameGoal {
  readonly node: NodeIndex;
}

interface FlameParts extends StageActions {
  data: FlameData;
  focus: FlameFocus;
  flip: boolean;
  scrollRef: RefObject<HTMLDivElement>;
  hover: HoverStore;
  goal?: FlameGoal;
}

/** Narrower matches are zoomed in on when they are stepped to. */
const seenPx = 20;
const scaleStep = 1.4;
const panStep = 0.2;
/** The deepest scale: nothing smaller than this share of the focus fills the width. */
const leastWindow = 1e-6;

/** What mouse and keyboard do; `active` is the frame the keyboard is on. */
export function useFlameControls(parts: FlameParts) {
  const { data, focus, selection, goal } = parts;
  const { tree } = data;
  const [active, setActive] = useActive(tree, focus.node);
  useGoal(parts, goal, setActive);
  const select = (node: NodeIndex) => {
    if (isMethod(data, node)) {
      selection.toggle(labelOf(tree, node));
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
      parts.hover.clear();
      focus.zoom(target);
    }
  };
  const onScale = (factor: number, around: number) => focus.setWindow(scaled(focus.window, factor, around));
  const onPan = (by: number) => focus.setWindow(panned(focus.window, by));
  const commands = {
    zoom: () => focus.zoom(active),
    back: parts.back,
    reset: () => {
      parts.reset();
      setActive(0);
    },
    select: () => select(active),
    menu: () => parts.openMenu({ data, focus, node: active, at: { flip: parts.flip, view: parts.scrollRef.current } }),
    sandwich: () => isMethod(data, active) && parts.sandwich(labelOf(tree, active)),
    scale: (by: 1 | -1) => onScale(by > 0 ? 1 / scaleStep : scaleStep, centreOf(parts, active)),
    pan: (by: 1 | -1) => onPan(by * panStep),
    search: parts.openSearch,
    methods: parts.openMethods,
    step: parts.step,
    help: parts.openHelp,
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const withControl = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    const to = withControl ? undefined : moveByKey(tree, focus.node, active, event.key, parts.flip);
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
    onClick,
    onPan,
    onScale,
    onKeyDown,
    onMenu: (entry: number, event: MouseEvent) => openMenu(parts, entry, event),
  };
}

/** A new view puts the keyboard on the zoomed frame; new data keep it by its way of names, as they keep the zoom. */
function useActive(tree: FlameTree, focus: NodeIndex) {
  const way = useMemo(() => pathKeys(tree, focus).join(), [tree, focus]);
  const hold = (node: NodeIndex) => ({ tree: new WeakRef(tree), node, way, path: pathKeys(tree, node) });
  const [held, setHeld] = useState(() => hold(focus));
  const node = useMemo(() => {
    const kept = held.tree.deref() === tree ? held.node : followPath(tree, held.path);
    return held.way === way ? kept : focus;
  }, [held, tree, way, focus]);
  return [node, (to: NodeIndex) => setHeld(hold(to))] as const;
}

function useGoal(parts: FlameParts, goal: FlameGoal | undefined, setActive: (node: NodeIndex) => void) {
  useEffect(() => {
    if (goal && goal.node < parts.data.tree.length) {
      setActive(goal.node);
      if (!isSeen(parts, goal.node)) {
        parts.focus.zoom(goal.node);
      }
    }
    // Only a new goal moves the keyboard.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [goal]);
}

function isSeen({ data, focus: { layout } }: FlameParts, node: NodeIndex): boolean {
  const entry = entryOfNode(data.tree, layout, node);
  return entry >= 0 && layout.count[entry] === 0 && layout.w[entry] >= seenPx;
}

function openMenu({ data, focus, hover, openMenu: open }: FlameParts, entry: number, event: MouseEvent) {
  if (entry >= 0 && focus.layout.count[entry] === 0) {
    event.preventDefault();
    hover.clear();
    open({ data, focus, node: focus.layout.node[entry], at: event });
  }
}

/** The middle of a frame as a share of the width, 0.5 when it isn't in view. */
function centreOf({ data, focus: { layout } }: FlameParts, node: NodeIndex): number {
  const entry = entryOfNode(data.tree, layout, node);
  return entry < 0 ? 0.5 : (layout.x[entry] + layout.w[entry] / 2) / layout.widthPx;
}

function scaled({ from, to }: FlameFocus['window'], factor: number, around: number): FlameFocus['window'] {
  const width = Math.min(1, Math.max(leastWindow, (to - from) * factor));
  const centre = from + (to - from) * around;
  return placed(centre - width * around, width);
}

const panned = ({ from, to }: FlameFocus['window'], by: number) => placed(from + by * (to - from), to - from);

function placed(from: number, width: number): FlameFocus['window'] {
  const start = Math.min(1 - width, Math.max(0, from));
  return { from: start, to: start + width };
}
