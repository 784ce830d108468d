import { useTheme2 } from '@grafana/ui';
import React, {
  type CSSProperties,
  type MouseEvent,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
} from 'react';
import { type FlameLayout, entryOfNode, hitFlame } from '../../model/flame-layout';
import { type FlameTree, type NodeIndex, levelOf } from '../../model/flame-tree';
import { keptPicture } from './flame-later';
import { paintFlame } from './flame-painter';
import { type RowPlace, rowAt, rowPlace, rowPx, rowTop } from './flame-rows-px';
import { type FlameScene } from './flame-scene';
import { flamePart } from './flame-styles';
import { type HoverStore } from './hover-store';
import { type Picture } from './kept-picture';
import { type ScrollStore } from './scroll-store';
import { type FlameControl } from './use-flame-state';
import { useMatches } from './use-flame-view';
import { usePan } from './use-pan';

interface FlameCanvasProps {
  scene: FlameScene;
  control: FlameControl;
  heightPx: number;
  scrollRef: RefObject<HTMLDivElement>;
  scroll: ScrollStore;
  hover: HoverStore;
  /** Node that the keyboard is on. */
  active: NodeIndex;
  onClick: (entry: number, event: MouseEvent) => void;
  onMenu: (entry: number, event: MouseEvent) => void;
  /** Moves and scales what fills the width: by shares of the width, around a place 0..1. */
  onPan: (by: number) => void;
  onScale: (factor: number, around: number) => void;
  /** Overlays in the coordinates of the tree. */
  children?: ReactNode;
}

const space: CSSProperties = { position: 'relative', cursor: 'pointer', touchAction: 'pan-y' };
const sticky: CSSProperties = { position: 'sticky', top: 0, display: 'block' };

/**
 * The drawing: a canvas as large as the viewport that stays in place while a spacer as tall as the tree scrolls past it.
 * Hover and keyboard marks are elements over it, so moving them paints nothing.
 */
export function FlameCanvas(props: FlameCanvasProps) {
  const { scene, control, heightPx, scrollRef, scroll, hover, active, onClick, onMenu, children } = props;
  const { layout, data } = scene;
  const place = rowPlace(layout, scene.flip, heightPx);
  const pan = usePan(scrollRef, props);
  const entryAt = (event: MouseEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return hitFlame(layout, rowAt(place, event.clientY - box.top), event.clientX - box.left);
  };
  return (
    <div
      style={{ ...space, height: place.spacePx, width: layout.widthPx }}
      onPointerDown={pan.onPointerDown}
      onMouseMove={(event) => hover.set({ entry: entryAt(event), x: event.clientX, y: event.clientY })}
      onMouseLeave={hover.clear}
      onClick={(event) => !pan.hasMoved() && onClick(entryAt(event), event)}
      onContextMenu={(event) => onMenu(entryAt(event), event)}
    >
      <Drawing {...{ scene, control, place, heightPx, scroll, hover, active }} />
      <ActiveMark tree={data.tree} layout={layout} place={place} active={active} />
      {children}
    </div>
  );
}

interface DrawingProps
  extends Pick<FlameCanvasProps, 'scene' | 'control' | 'heightPx' | 'scroll' | 'hover' | 'active'> {
  place: RowPlace;
}

/** The canvas itself, which alone is drawn again while a search is typed. */
function Drawing({ scene, control, place, heightPx, scroll, hover, active }: DrawingProps) {
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const { data, layout } = scene;
  const { matches } = useMatches(data, control);
  const shown = useMemo(() => ({ ...scene, matches }), [scene, matches]);
  // A ref to the element that scrolls is set only after the effects of what it holds.
  useLayoutEffect(() => {
    const view = canvasRef.current?.closest<HTMLElement>(`.${flamePart.view}`);
    return view ? scroll.attach(view) : undefined;
  }, [scroll]);
  useStartAtRoot(layout.focus, place, heightPx, scroll);
  useKeepInView(data.tree, layout.focus, active, place, heightPx, scroll);
  usePainting(canvasRef, shown, place, scroll, hover, heightPx);
  return <canvas ref={canvasRef} style={{ ...sticky, width: layout.widthPx, height: heightPx }} />;
}

/** Paints after every change of the scene, and at most once per animation frame while scrolling. */
function usePainting(
  canvasRef: RefObject<HTMLCanvasElement>,
  scene: FlameScene,
  { spacePx }: RowPlace,
  scroll: ScrollStore,
  hover: HoverStore,
  heightPx: number
) {
  const painted = useRef<Picture>();
  const paint = useCallback(() => {
    const canvas = canvasRef.current;
    if (canvas && heightPx > 0 && scene.layout.widthPx > 0) {
      // A drawing that became lower is scrolled back by the browser, as is one that was pulled past its edge.
      const scrollPx = Math.max(0, Math.min(scroll.get(), spacePx - heightPx));
      const viewport = { heightPx, scrollPx, pixelRatio: window.devicePixelRatio || 1 };
      const now = (painted.current = { canvas, scene, viewport });
      if (!keptPicture.now()?.showKept(now)) {
        paintFlame(canvas, scene, viewport);
      }
    }
  }, [canvasRef, scene, heightPx, spacePx, scroll]);
  useLayoutEffect(paint, [paint]);
  useEffect(() => {
    let frame = 0;
    const paintSoon = () => {
      frame ||= requestAnimationFrame(() => {
        frame = 0;
        paint();
      });
    };
    const onLetters = () => {
      painted.current = undefined; // with other letters
      paintSoon();
    };
    const stop = scroll.subscribe(paintSoon);
    // What the pointer is over may be zoomed in on next.
    const stopKeeping = hover.subscribe(() => painted.current && keptPicture.now()?.keepSoon(painted.current));
    document.fonts?.addEventListener('loadingdone', onLetters);
    return () => {
      cancelAnimationFrame(frame);
      stop();
      stopKeeping();
      document.fonts?.removeEventListener('loadingdone', onLetters);
    };
  }, [paint, scroll, hover]);
}

/** A new focus starts at its root; new data or another size keep the distance from it. */
function useStartAtRoot(focus: NodeIndex, { flip, spacePx }: RowPlace, heightPx: number, scroll: ScrollStore) {
  const last = useRef({ key: '', roomPx: 0 });
  useLayoutEffect(() => {
    const key = `${focus} ${flip}`;
    const roomPx = Math.max(0, spacePx - heightPx); // how far the drawing can be scrolled
    if (last.current.key !== key) {
      scroll.to(flip ? roomPx : 0);
    } else if (flip) {
      scroll.to(Math.max(0, scroll.get() + roomPx - last.current.roomPx));
    }
    last.current = { key, roomPx };
  }, [focus, flip, spacePx, heightPx, scroll]);
}

function useKeepInView(
  tree: FlameTree,
  focus: NodeIndex,
  active: NodeIndex,
  { flip, spacePx, rows }: RowPlace,
  heightPx: number,
  scroll: ScrollStore
) {
  useLayoutEffect(() => {
    if (active < 0 || active >= tree.length) {
      return;
    }
    const row = Math.max(0, levelOf(tree, active) - levelOf(tree, focus));
    const top = rowTop({ flip, spacePx, rows }, row);
    if (top < scroll.get()) {
      scroll.to(top);
    } else if (top + rowPx > scroll.get() + heightPx) {
      scroll.to(top + rowPx - heightPx);
    }
  }, [tree, focus, active, scroll, flip, spacePx, rows, heightPx]);
}

interface MarkProps {
  layout: FlameLayout;
  place: RowPlace;
}

function ActiveMark({ tree, layout, place, active }: MarkProps & { tree: FlameTree; active: NodeIndex }) {
  const entry = active >= 0 && active < tree.length ? entryOfNode(tree, layout, active) : -1;
  return entry < 0 ? null : <EntryMark layout={layout} place={place} entry={entry} kind="active" />;
}

/** The outline of an entry. */
export function EntryMark({ layout, place, entry, kind }: MarkProps & { entry: number; kind: 'active' | 'hover' }) {
  const { colors } = useTheme2();
  const style: CSSProperties = {
    position: 'absolute',
    pointerEvents: 'none',
    left: layout.x[entry],
    top: rowTop(place, layoutRowOf(layout, entry)),
    width: Math.max(2, layout.w[entry]),
    height: rowPx - 1,
    boxShadow: kind === 'hover' ? `inset 0 0 0 1px ${colors.text.maxContrast}` : undefined,
  };
  return <div className={kind === 'active' ? flamePart.active : undefined} style={style} />;
}

const layoutRowOf = ({ rowStart }: FlameLayout, entry: number) => rowStart.findLastIndex((start) => start <= entry);
