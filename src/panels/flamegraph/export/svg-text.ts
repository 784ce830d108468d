import { formatPart } from '../../../model/units';
import { shownLabel } from '../flame-data';
import { withValue } from '../flame-painter';
import { boxWidth, gapPx, rowPlace, rowPx, rowTop } from '../flame-rows-px';
import { type ExportInput } from '../start-export';

const cellPx = 7.2;
/** Of a frame, however narrow. */
const leastPx = 0.5;

/** Text for XML: no markup, and no characters that XML doesn't know. */
export function xmlText(text: string): string {
  const known = text.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, '·');
  return known.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** The zoomed view with all its rows: one path per colour, names as text. */
export function svgText({ data, focus, colours, flip, title }: ExportInput): string {
  const { layout } = focus;
  const height = layout.rows * rowPx;
  const place = rowPlace(layout, flip, height);
  const paths = new Map<string, string[]>();
  const texts: string[] = [];
  for (let row = 0; row < layout.rows; row++) {
    const y = rowTop(place, row);
    for (let entry = layout.rowStart[row]; entry < layout.rowStart[row + 1]; entry++) {
      const at = data.tree.row[layout.node[entry]];
      const bucket = colours.bucketOf(at);
      const isRun = layout.count[entry] > 0;
      const colour = isRun ? colours.palette.run : colours.palette.fill[bucket];
      const boxes = paths.get(colour) ?? [];
      paths.set(colour, boxes);
      const width = round(boxWidth(layout.w[entry], gapPx, leastPx));
      boxes.push(`M${round(layout.x[entry])} ${y}h${width}v${rowPx - gapPx}h-${width}z`);
      const cells = Math.floor((layout.w[entry] - 9) / cellPx);
      if (!isRun && cells >= 2) {
        const name = withValue(data, at, shownLabel(data, data.rows.label[at]), cells);
        texts.push(
          `<text x="${round(layout.x[entry] + 4)}" y="${y + 14}" fill="${colours.palette.text[bucket]}">${xmlText(name)}</text>`
        );
      }
    }
  }
  const shapes = [...paths].map(([colour, boxes]) => `<path fill="${colour}" d="${boxes.join('')}"/>`);
  const total = `${data.format(data.rows.value[0])} in all, zoomed to ${formatPart(data.rows.value[data.tree.row[focus.node]], data.rows.value[0])}`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${layout.widthPx} ${height}" width="${layout.widthPx}" height="${height}">`,
    `<title>${xmlText(`${title}: ${total}`)}</title>`,
    `<rect width="100%" height="100%" fill="${colours.palette.background}"/>`,
    ...shapes,
    `<g font-family="monospace" font-size="12" xml:space="preserve">`,
    ...texts,
    '</g></svg>',
  ].join('\n');
}

const round = (px: number) => Math.round(px * 100) / 100;
