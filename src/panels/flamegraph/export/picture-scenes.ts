import { layoutFlame } from '../../../model/flame-layout';
import { maskOf } from '../../../model/flame-search';
import { followPath } from '../../../model/flame-tree';
import { rowPx } from '../flame-rows-px';
import { type FlameScene } from '../flame-scene';
import { type ExportInput } from '../start-export';
import { searchOf } from '../use-flame-view';

/** What is on the screen with all its rows, from top to bottom: of a sandwich callers and callees. */
export function pictureScenes(input: ExportInput): FlameScene[] {
  const { data, callers, colours, coloursOf, flip, focus } = input;
  const { widthPx } = focus.layout;
  const main = sceneOf(input, { data, layout: focus.layout, ...colours, flip: flip && !callers });
  if (!callers) {
    return [main];
  }
  const zoomed = followPath(callers.tree, input.control.get().place.callers);
  const layout = layoutFlame(callers.tree, { focus: zoomed, widthPx });
  return [sceneOf(input, { data: callers, layout, ...coloursOf(callers), flip: true }), main];
}

function sceneOf({ control, selected, font }: ExportInput, drawn: Omit<FlameScene, 'font'>): FlameScene {
  const { tree, rows } = drawn.data;
  const { matches } = searchOf(tree, control.get().search);
  return { ...drawn, font, matches, selected: selected.size > 0 ? maskOf(rows.labels, selected) : undefined };
}

export const sceneHeight = ({ layout }: FlameScene) => layout.rows * rowPx;

/** Between the two drawings of a sandwich. */
const betweenPx = 6;

/** Where drawings of these heights begin below each other, and where the last one ends. */
export function stacked(heightsPx: readonly number[]): { topsPx: number[]; heightPx: number } {
  const topsPx = heightsPx.map((_, i) => heightsPx.slice(0, i).reduce((sum, height) => sum + height + betweenPx, 0));
  return { topsPx, heightPx: (topsPx.at(-1) ?? 0) + (heightsPx.at(-1) ?? 0) };
}
