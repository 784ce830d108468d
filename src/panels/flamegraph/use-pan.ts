import { type PointerEvent as ReactPointerEvent, type RefObject, useEffect, useRef } from 'react';

interface PanActions {
  onPan: (by: number) => void;
  onScale: (factor: number, around: number) => void;
}

/** Moves shorter than this are clicks. */
const leastMovePx = 4;

/**
 * Dragging moves the drawing both ways; the wheel with Ctrl (or a pinch) scales it around the pointer, with Shift it moves it
 * sideways. The plain wheel scrolls, as everywhere.
 */
export function usePan(scrollRef: RefObject<HTMLDivElement>, actions: PanActions) {
  const latest = useRef(actions);
  useEffect(() => {
    latest.current = actions;
  });
  const moved = useRef(false);
  useWheel(scrollRef, latest);
  const onPointerDown = (down: ReactPointerEvent<HTMLElement>) => {
    moved.current = false;
    if (down.button !== 0) {
      return;
    }
    const width = down.currentTarget.clientWidth || 1;
    let last = { x: down.clientX, y: down.clientY };
    const onMove = (event: PointerEvent) => {
      moved.current ||= Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) >= leastMovePx;
      if (moved.current) {
        latest.current.onPan((last.x - event.clientX) / width);
        scrollRef.current?.scrollBy?.(0, down.pointerType === 'touch' ? 0 : last.y - event.clientY);
        last = { x: event.clientX, y: event.clientY };
      }
    };
    const onUp = () => {
      window.removeEventListener('pointermove', onMove);
      window.removeEventListener('pointerup', onUp);
      window.removeEventListener('pointercancel', onUp);
    };
    window.addEventListener('pointermove', onMove);
    window.addEventListener('pointerup', onUp);
    window.addEventListener('pointercancel', onUp);
  };
  return { onPointerDown, hasMoved: () => moved.current };
}

/** React's wheel listeners are passive, and Ctrl+wheel must not scale the page. */
function useWheel(scrollRef: RefObject<HTMLDivElement>, latest: RefObject<PanActions>) {
  useEffect(() => {
    const view = scrollRef.current;
    const onWheel = (event: WheelEvent) => {
      const sideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (!view || !latest.current || !(event.ctrlKey || event.metaKey || sideways)) {
        return;
      }
      event.preventDefault();
      const box = view.getBoundingClientRect();
      if (event.ctrlKey || event.metaKey) {
        latest.current.onScale(Math.exp(event.deltaY / 300), (event.clientX - box.left) / (box.width || 1));
      } else {
        latest.current.onPan((event.deltaX || event.deltaY) / (box.width || 1));
      }
    };
    view?.addEventListener('wheel', onWheel, { passive: false });
    return () => view?.removeEventListener('wheel', onWheel);
  }, [scrollRef, latest]);
}
