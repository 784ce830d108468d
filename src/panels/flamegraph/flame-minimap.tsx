import { useTheme2 } from '@grafana/ui';
import React, { type CSSProperties, type PointerEvent, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { setSize } from './flame-painter';
import { drawLine, pixelPen } from './flame-pixels';
import { rowAt, rowPlace } from './flame-rows-px';
import { type FlameScene } from './flame-scene';
import { type ScrollStore } from './scroll-store';
import { type FlameControl } from './use-flame-state';
import { useMatches } from './use-flame-view';

export const minimapPx = 64;

const map: CSSProperties = {
  position: 'relative',
  width: minimapPx,
  flex: 'none',
  overflow: 'hidden',
  cursor: 'pointer',
  touchAction: 'none',
};
const frame: CSSProperties = {
  position: 'absolute',
  boxSizing: 'border-box',
  left: 0,
  right: 0,
  pointerEvents: 'none',
};

interface MinimapProps {
  scene: FlameScene;
  control: FlameControl;
  heightPx: number;
  scroll: ScrollStore;
}

/** The whole depth of a tree that is taller than the view, with what is in view framed; a click or drag goes there. */
export function FlameMinimap({ scene, control, heightPx, scroll }: MinimapProps) {
  const { colors } = useTheme2();
  const canvasRef = useRef<HTMLCanvasElement>(null);
  const scrollPx = useSyncExternalStore(scroll.subscribe, scroll.get);
  const { spacePx } = rowPlace(scene.layout, scene.flip, heightPx);
  const scale = heightPx / spacePx;
  const { matches } = useMatches(scene.data, control);
  // In the graph's own frame: a second one would come later than the map takes.
  useLayoutEffect(() => {
    if (canvasRef.current) {
      paintMinimap(canvasRef.current, { ...scene, matches }, heightPx);
    }
  }, [scene, matches, heightPx]);
  const scrollTo = (event: PointerEvent<HTMLElement>) => {
    if (event.buttons === 1) {
      const map = event.currentTarget;
      map.setPointerCapture(event.pointerId); // a drag may leave it
      const { top } = map.getBoundingClientRect();
      scroll.to(Math.max(0, Math.min(spacePx - heightPx, (event.clientY - top) / scale - heightPx / 2)));
    }
  };
  // Not for the keyboard: arrow keys walk through the tree itself.
  return (
    <div
      style={{ ...map, borderLeft: `1px solid ${colors.border.weak}` }}
      aria-hidden
      data-testid="flame-minimap"
      onPointerDown={scrollTo}
      onPointerMove={scrollTo}
    >
      <canvas ref={canvasRef} style={{ width: minimapPx, height: heightPx, display: 'block' }} />
      <div
        style={{
          ...frame,
          top: scrollPx * scale,
          height: Math.max(4, heightPx * scale),
          border: `1px solid ${colors.text.maxContrast}`,
          background: colors.action.hover,
        }}
      />
    </div>
  );
}

const leastPx = 0.5;

/** One line per pixel: the row that is there, scaled down. Deeper trees than pixels show every n-th row. */
function paintMinimap(canvas: HTMLCanvasElement, scene: FlameScene, heightPx: number) {
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) {
    return;
  }
  setSize(canvas, minimapPx, Math.max(1, Math.round(heightPx)));
  const place = rowPlace(scene.layout, scene.flip, heightPx);
  const image = context.createImageData(minimapPx, canvas.height);
  const pixels = new Uint32Array(image.data.buffer);
  const pen = pixelPen(scene, minimapPx / scene.layout.widthPx, 0, leastPx);
  for (let y = 0, last = -1; y < canvas.height; y++) {
    const row = rowAt(place, ((y + 0.5) * place.spacePx) / heightPx);
    const start = y * minimapPx;
    if (row === last) {
      pixels.copyWithin(start, start - minimapPx, start);
    } else {
      drawLine(pixels.subarray(start, start + minimapPx), pen, row);
    }
    last = row;
  }
  context.putImageData(image, 0, 0);
}
