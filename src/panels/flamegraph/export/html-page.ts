import { formatCount } from '../../../model/units';
import { pruneRows } from '../../../model/flame-views';
import { shownLabel } from '../flame-data';
import { type ExportInput } from '../start-export';
import { pageScript } from './page-script';
import { xmlText } from './svg-text';

const mostRows = 50_000;

/** What a page leaves out; undefined = nothing. */
export function pageNote({ data }: Pick<ExportInput, 'data'>): string | undefined {
  const all = data.rows.level.length;
  return all > mostRows
    ? `The page holds the largest ${formatCount(mostRows)} of ${formatCount(all)} frames. All are in the JSON, pprof, speedscope and folded files.`
    : undefined;
}

/** Data for a script element: `<` never appears, so nothing in it can end the element or begin a comment. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');
}

/**
 * A page of its own that needs nothing from elsewhere: the graph with zoom, search and tooltip on a canvas. Names are data
 * and are only ever drawn or set as text; the page's own policy forbids it to load or send anything.
 */
export function htmlPage({ data, coloursOf, title, flip }: ExportInput): string {
  const note = pageNote({ data });
  const rows = pruneRows(data.rows, mostRows);
  const { palette, bucketOf } = coloursOf({ ...data, rows });
  const content = {
    names: rows.labels.map((_, label) => shownLabel({ ...data, rows }, label)),
    level: Array.from(rows.level),
    label: Array.from(rows.label),
    value: Array.from(rows.value, (value, row) => value + (rows.valueRight?.[row] ?? 0)),
    self: Array.from(rows.self, (self, row) => self + (rows.selfRight?.[row] ?? 0)),
    bucket: Array.from(rows.level, (_, row) => bucketOf(row)),
    fill: palette.fill,
    text: palette.text,
    background: palette.background,
    ink: palette.selected,
    unit: data.custom.unit ?? 'count',
    flip,
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
