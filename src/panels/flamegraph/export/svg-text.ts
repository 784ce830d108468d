import { hidesMatch } from '../../../model/flame-search';
import { formatPart } from '../../../model/units';
import { shownLabel } from '../flame-data';
import { onlySimple, stripesLeftPx, textPaddingPx, withValue } from '../flame-painter';
import { foundBarPx, pickedBarPx } from '../flame-pixels';
import { boxWidth, gapPx, rowPlace, rowPx, rowTop } from '../flame-rows-px';
import { type FlameScene } from '../flame-scene';
import { type ExportInput } from '../start-export';
import { pictureScenes, sceneHeight, stacked } from './picture-scenes';

const cellPx = 7.2;
/** Of a frame, however narrow. */
const leastPx = 0.5;
const boxPx = rowPx - gapPx;

/** Text for XML: no markup, and no characters that XML doesn't know. */
export function xmlText(text: string): string {
  const known = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '·');
  return known.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The zoomed view with all its rows: one path per colour, names as text. */
export function svgText(input: ExportInput): string {
  const { data, focus, colours, title } = input;
  const scenes = pictureScenes(input);
  const { topsPx, heightPx } = stacked(scenes.map(sceneHeight));
  const { widthPx } = focus.layout;
  const all = data.rows.value[0];
  const total = `${data.format(all)} in all, zoomed to ${formatPart(data.rows.value[data.tree.row[focus.node]], all)}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${widthPx} ${heightPx}" width="${widthPx}" height="${heightPx}">`,
    `<title>${xmlText(`${title}: ${total}`)}</title>`,
    stripes('new', 'M-1 1l2-2M0 6l6-6M5 7l2-2', colours.palette.hatch),
    stripes('gone', 'M-1 5l2 2M0 0l6 6M5-1l2 2', colours.palette.hatch),
    `<rect width="100%" height="100%" fill="${colours.palette.background}"/>`,
    `<g font-family="monospace" font-size="12">`,
    ...scenes.map((scene, i) => `<g transform="translate(0 ${topsPx[i]})">\n${shapesOf(scene)}\n</g>`),
    '</g></svg>',
  ].join('\n');
}

/** Stripes of frames that only one side of a comparison has. */
const stripes = (id: string, path: string, colour: string) =>
  `<pattern id="${id}" width="6" height="6" patternUnits="userSpaceOnUse"><path d="${path}" stroke="${colour}" stroke-width="1.5"/></pattern>`;

/** Boxes by fill, in the order in which they lie over each other, and the texts above them. */
interface Shapes {
  readonly boxes: Fills;
  readonly stripes: Fills;
  readonly plates: Fills;
  readonly bars: Fills;
  readonly texts: string[];
}

type Fills = Map<string, string[]>;

function addBox(fills: Fills, fill: string, x: number, y: number, width: number, height: number) {
  const boxes = fills.get(fill) ?? [];
  fills.set(fill, boxes);
  boxes.push(`M${round(x)} ${round(y)}h${round(width)}v${round(height)}h-${round(width)}z`);
}

function shapesOf(scene: FlameScene): string {
  const { layout, flip } = scene;
  const shapes: Shapes = { boxes: new Map(), stripes: new Map(), plates: new Map(), bars: new Map(), texts: [] };
  const place = rowPlace(layout, flip, sceneHeight(scene));
  for (let row = 0; row < layout.rows; row++) {
    const y = rowTop(place, row);
    for (let entry = layout.rowStart[row]; entry < layout.rowStart[row + 1]; entry++) {
      if (layout.count[entry] > 0) {
        addRun(shapes, scene, entry, y);
      } else {
        addFrame(shapes, scene, entry, y);
      }
    }
  }
  const paths = [shapes.boxes, shapes.stripes, shapes.plates, shapes.bars].flatMap((fills) =>
    [...fills].map(([fill, boxes]) => `<path fill="${fill}" d="${boxes.join('')}"/>`)
  );
  return [...paths, ...shapes.texts].join('\n');
}

const widthOf = ({ layout }: FlameScene, entry: number) => boxWidth(layout.w[entry], gapPx, leastPx);

function addRun({ boxes }: Shapes, scene: FlameScene, entry: number, y: number) {
  const { data, layout, matches, palette } = scene;
  const found = matches && hidesMatch(data.tree, matches, layout.node[entry], layout.count[entry]);
  addBox(boxes, found ? palette.runMatch : palette.run, layout.x[entry], y, widthOf(scene, entry), boxPx);
}

function addFrame(shapes: Shapes, scene: FlameScene, entry: number, y: number) {
  const { data, layout, palette, matches, selected } = scene;
  const row = data.tree.row[layout.node[entry]];
  const label = data.rows.label[row];
  const bucket = scene.bucketOf(row);
  const found = matches?.mask[label] === 1;
  const dim = matches !== undefined && !found;
  const fill = (dim ? palette.dimFill : palette.fill)[bucket];
  const x = layout.x[entry];
  const width = widthOf(scene, entry);
  addBox(shapes.boxes, fill, x, y, width, boxPx);
  const change = scene.changeOf?.(row) ?? 'both';
  if (change !== 'both') {
    addBox(shapes.stripes, `url(#${change})`, x, y, width, boxPx);
  }
  if (found) {
    addBox(shapes.bars, palette.match, x, y, width, foundBarPx);
  }
  if (selected?.[label] === 1) {
    addBox(shapes.bars, palette.selected, x, y + boxPx - pickedBarPx, width, pickedBarPx);
  }
  const cells = Math.floor((layout.w[entry] - 2 * textPaddingPx - gapPx) / cellPx);
  if (cells >= 2) {
    const name = withValue(data, row, shownLabel(data, label), cells);
    if (change !== 'both') {
      const plateWidth = Math.min(width, name.length * cellPx + 2 * textPaddingPx);
      addBox(shapes.plates, fill, x, y, plateWidth, boxPx - stripesLeftPx);
    }
    shapes.texts.push(textAt(name, x, y, width, dim ? palette.dimText : palette.text[bucket]));
  }
}

/** Texts in other scripts are as wide as they are, so an element of the frame's size cuts them. */
function textAt(name: string, x: number, y: number, width: number, colour: string): string {
  const words = xmlText(name).replaceAll('  ', '\u00a0\u00a0'); // else readers make one space of two
  const text = (left: number, base: number) =>
    `<text x="${round(left)}" y="${round(base)}" fill="${colour}">${words}</text>`;
  return onlySimple.test(name)
    ? text(x + textPaddingPx, y + 14)
    : `<svg x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${rowPx}">${text(textPaddingPx, 14)}</svg>`;
}

const round = (px: number) => Math.round(px * 100) / 100;
