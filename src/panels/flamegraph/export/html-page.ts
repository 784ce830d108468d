import { formatCount } from '../../../model/units';
import { type FlameRows } from '../../../model/flame-rows';
import { pruneRows } from '../../../model/flame-views';
import { shownLabel } from '../flame-data';
import { type ExportInput } from '../start-export';
import { pageScript } from './page-script';
import { xmlText } from './svg-text';

const mostRows = 50_000;

/** What a page leaves out; undefined = nothing. */
export function pageNote({ data, callers }: Pick<ExportInput, 'data' | 'callers'>): string | undefined {
  const all = data.rows.level.length;
  const half = callers && 'The page holds the callees only. Callers are in PNG and SVG.';
  return all > mostRows
    ? `The page holds the largest ${formatCount(mostRows)} of ${formatCount(all)} frames. All are in the JSON, pprof, speedscope and folded files.`
    : half;
}

/** Data for a script element: `<` never appears, so nothing in it can end the element or begin a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/** Both sides of a comparison. */
function valueLists({ value, self, valueRight, selfRight }: FlameRows, perValue = 1) {
  const list = (column: ArrayLike<number> | undefined) => column && Array.from(column, (one) => one * perValue);
  return { value: list(value), self: list(self), valueRight: list(valueRight), selfRight: list(selfRight) };
}

/**
 * A page of its own that needs nothing from elsewhere: the graph with zoom, search and tooltip on a canvas. Names are data
 * and are only ever drawn or set as text; the page's own policy forbids it to load or send anything.
 */
export function htmlPage({ data, callers, coloursOf, title, flip }: ExportInput): string {
  const note = pageNote({ data, callers });
  const rows = pruneRows(data.rows, mostRows);
  const { palette, bucketOf } = coloursOf({ ...data, rows });
  const content = {
    names: rows.labels.map((_, label) => shownLabel({ ...data, rows }, label)),
    level: Array.from(rows.level),
    label: Array.from(rows.label),
    ...valueLists(rows, data.custom.perValue),
    bucket: Array.from(rows.level, (_, row) => bucketOf(row)),
    fill: palette.fill,
    text: palette.text,
    background: palette.background,
    run: palette.run,
    ink: palette.selected,
    unit: data.custom.unit ?? 'count',
    flip: flip && !callers,
  };
  const heading = xmlText([title, data.custom.profileTypeName].filter(Boolean).join(' · '));
  const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${heading}</title><style>
body{margin:0;font:13px system-ui,sans-serif;background:${palette.background};color:${palette.selected}}
p{margin:0;padding:2px 10px}header{display:flex;gap:12px;align-items:center;padding:6px 10px}h1{font-size:14px;margin:0}
#view{position:relative;overflow:auto;height:calc(100vh - 90px)}canvas{position:sticky;top:0;display:block}
#tip{padding:2px 10px;height:20px;overflow:hidden;white-space:nowrap;font-family:monospace}
</style></head><body><header><h1>${heading}</h1><input id="search" placeholder="Search" aria-label="Search">
<button id="reset">Reset</button><span id="found" aria-live="polite"></span></header>
${note === undefined ? '' : `<p>${xmlText(note)}</p>`}<div id="tip"></div><div id="view" tabindex="0" role="img" aria-label="Flame graph"><div id="space"><canvas id="canvas"></canvas></div></div>
<script type="application/json" id="data">${scriptJson(content)}</script><script>${pageScript}</script></body></html>
`;
}
