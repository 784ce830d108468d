import { type DataFrame } from '@grafana/data';
import { type HotspotsCustom, hotspotsFields } from '../../api/frames';
import { fieldByName, numberAt, textAt } from '../../ui/panel-fields';

/** `average` and `waiting` are left out: what is not known has no column. */
export const neededFields = [
  hotspotsFields.level,
  hotspotsFields.label,
  hotspotsFields.value,
  hotspotsFields.self,
  hotspotsFields.share,
  hotspotsFields.samples,
];

/** One method in its place in the tree. Numbers are NaN where they are not known. */
export interface HotspotRow {
  readonly label: string;
  readonly level: number;
  readonly value: number;
  readonly self: number;
  readonly samples: number;
  readonly share: number;
  readonly start: number;
  readonly waiting: number;
  readonly waitedFor: string;
  readonly thread: string;
  readonly average: number;
  readonly place: string;
  readonly library: string;
}

/** Rows in depth-first order without the root; `parent` -1 = top. */
export interface HotspotRows {
  readonly rows: readonly HotspotRow[];
  readonly parent: Int32Array;
}

export interface HotspotData {
  readonly custom: HotspotsCustom;
  readonly refId?: string;
  readonly tree: HotspotRows;
}

/** The frame of a hotspots query, also an empty one, which says why it is. */
export function hotspotFrame(series: readonly DataFrame[]): DataFrame | undefined {
  return series.find(
    (frame) => neededFields.every((name) => fieldByName(frame, name)) && typeof frame.meta?.custom?.state === 'string'
  );
}

export function readHotspotFrame(frame: DataFrame): HotspotData {
  // The store wrote it: `state` and all fields were looked for.
  const custom = frame.meta?.custom as HotspotsCustom;
  const of = (name: string) => fieldByName(frame, name);
  const f = hotspotsFields;
  const fields = {
    level: of(f.level),
    label: of(f.label),
    value: of(f.value),
    self: of(f.self),
    samples: of(f.samples),
    share: of(f.share),
    start: of(f.start),
    waiting: of(f.waiting),
    waitedFor: of(f.waitedFor),
    thread: of(f.thread),
    average: of(f.average),
  };
  const [file, line, library] = [of(f.file), of(f.line), of(f.library)];
  const rowAt = (at: number): HotspotRow => ({
    label: textAt(fields.label, at),
    level: numberAt(fields.level, at) - 1,
    value: numberAt(fields.value, at),
    self: numberAt(fields.self, at),
    samples: numberAt(fields.samples, at),
    share: numberAt(fields.share, at),
    start: numberAt(fields.start, at),
    waiting: numberAt(fields.waiting, at),
    waitedFor: textAt(fields.waitedFor, at),
    thread: textAt(fields.thread, at),
    average: numberAt(fields.average, at),
    place: placeText(textAt(file, at), numberAt(line, at)),
    library: textAt(library, at),
  });
  const all = Array.from({ length: frame.length }, (_, at) => rowAt(at));
  return { custom, refId: frame.refId, tree: withParents(all.filter(({ level }) => level >= 0)) };
}

function placeText(file: string, line: number): string {
  return file === '' ? '' : line > 0 ? `${file}:${line}` : file;
}

function withParents(rows: readonly HotspotRow[]): HotspotRows {
  const parent = new Int32Array(rows.length).fill(-1);
  const last: number[] = [];
  rows.forEach(({ level }, at) => {
    parent[at] = level === 0 ? -1 : (last[level - 1] ?? -1);
    last[level] = at;
  });
  return { rows, parent };
}

/** Rows of each row's children; `top` first of all. */
export function childLists({ rows, parent }: HotspotRows): { top: number[]; of: number[][] } {
  const of: number[][] = rows.map(() => []);
  const top: number[] = [];
  parent.forEach((up, at) => (up < 0 ? top : of[up]).push(at));
  return { top, of };
}

/** Siblings largest first; the frame itself has them in call order. */
export function byValue(tree: HotspotRows): HotspotRows {
  const { top, of } = childLists(tree);
  const order: number[] = [];
  const larger = (a: number, b: number) => tree.rows[b].value - tree.rows[a].value;
  const visit = (list: readonly number[]) =>
    [...list].sort(larger).forEach((at) => {
      order.push(at);
      visit(of[at]);
    });
  visit(top);
  return withParents(order.map((at) => tree.rows[at]));
}

interface CallerNode {
  row: HotspotRow;
  self: number;
  readonly callers: Map<string, CallerNode>;
}

/**
 * The tree turned round: methods by their self value, below each the ones that called it. What a method spent in itself is counted
 * once, however often it recurs; waiting and averages are of whole calls, so they are not known here.
 */
export function callersTree({ rows, parent }: HotspotRows, whole: number): HotspotRows {
  const top = new Map<string, CallerNode>();
  rows.forEach((row, at) => {
    if (row.self === 0) {
      return;
    }
    let callers = top;
    for (let up = at; up >= 0; up = parent[up]) {
      const node = callers.get(rows[up].label) ?? { row: rows[up], self: 0, callers: new Map() };
      node.self += row.self;
      callers.set(rows[up].label, node);
      callers = node.callers;
    }
  });
  const out: HotspotRow[] = [];
  const visit = (nodes: ReadonlyMap<string, CallerNode>, level: number) =>
    [...nodes.values()]
      .sort((a, b) => b.self - a.self)
      .forEach(({ row, self, callers }) => {
        out.push({ ...row, ...unknown, level, value: self, self, share: whole === 0 ? 0 : self / whole });
        visit(callers, level + 1);
      });
  visit(top, 0);
  return withParents(out);
}

const unknown = { samples: NaN, start: NaN, waiting: NaN, waitedFor: '', average: NaN };

/** What shares are shares of. */
export function wholeOf({ shareOf, spanDurationNs, total }: HotspotsCustom): number {
  return shareOf === 'span' ? (spanDurationNs ?? 0) : total;
}
