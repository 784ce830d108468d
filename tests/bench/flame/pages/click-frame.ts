import { type BenchTree } from '../tree';

/** A click on the middle of a row's frame in a drawing whose rows start at its top, before anything is zoomed. */
export function clickOnFrame(area: HTMLElement, tree: BenchTree, row: number, rowPx: number): () => void {
  const { level, value } = tree;
  const starts: number[] = [0];
  let start = 0;
  for (let at = 0; at <= row; at++) {
    start = starts[level[at]] ?? 0;
    starts[level[at]] = start + value[at];
    starts[level[at] + 1] = start;
  }
  const box = area.getBoundingClientRect();
  const clientX = box.left + ((start + value[row] / 2) / value[0]) * box.width;
  const clientY = box.top + (level[row] + 0.5) * rowPx;
  const target = document.elementFromPoint(clientX, clientY) ?? area;
  return () => {
    for (const type of ['pointerdown', 'mousedown', 'pointerup', 'mouseup', 'click']) {
      const init = { clientX, clientY, bubbles: true, view: window };
      target.dispatchEvent(type.startsWith('pointer') ? new PointerEvent(type, init) : new MouseEvent(type, init));
    }
  };
}
