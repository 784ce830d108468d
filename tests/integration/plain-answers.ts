import type { StackFilter, StoreQuery } from '../../src/api/query';
import type { PlainFrame, PlainSample, PlainUpload } from './random-uploads';

/**
 * Answers to questions by going over every sample of every upload: what docs/query.md says, written down without regard to speed, SQL,
 * rollups or caches. It knows the questions that `random-questions.ts` asks.
 */
export interface PlainTime {
  readonly from: number;
  readonly to: number;
}

interface Row {
  self: number;
  total: number;
  samples: number;
}

/** A sample of one profile type, its value weighted for points in time. */
interface Counted {
  readonly sample: PlainSample;
  readonly value: number;
}

const averageTypes = ['heap-live-size'];
const tenMinutesMs = 600_000;

// --- Uploads and samples ---------------------------------------------------------------------------------------------

function chosenUploads(uploads: readonly PlainUpload[], query: Partial<StoreQuery>, time: PlainTime): PlainUpload[] {
  const fitting = uploads.filter(({ labels }) => selects(query.selector ?? '', labels));
  if (asksForSpans(query)) {
    const from = time.from - tenMinutesMs;
    return fitting.filter(
      (upload) => overlaps(upload, from, time.to + 1) && upload.samples.some((sample) => inSpans(sample, query))
    );
  }
  const starting = fitting.filter(({ startMs }) => startMs >= time.from && startMs < time.to);
  return starting.length > 0 ? starting : fitting.filter((upload) => overlaps(upload, time.from, time.to));
}

function overlaps({ startMs, endMs }: PlainUpload, from: number, to: number): boolean {
  return startMs < to && (endMs > from || startMs >= from);
}

function selects(selector: string, labels: Readonly<Record<string, string>>): boolean {
  return [...selector.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g)].every(([, label, operator, value]) => {
    const found = labels[label] ?? '';
    const equal = operator.endsWith('~') ? new RegExp(`^(?:${value})$`).test(found) : found === value;
    return operator.startsWith('!') ? !equal : equal;
  });
}

function asksForSpans({ spanId, rootSpanId }: Partial<StoreQuery>): boolean {
  return spanId !== undefined || rootSpanId !== undefined;
}

function inSpans({ span, root }: PlainSample, { spanId, rootSpanId }: Partial<StoreQuery>): boolean {
  if (rootSpanId !== undefined) {
    return rootSpanId.includes(root) || (root === '' && rootSpanId.includes(span));
  }
  return spanId === undefined || spanId.includes(span);
}

function keeps(sample: PlainSample, filter: StackFilter): boolean {
  const { dimension, match, values, exclude = false } = filter;
  const names = namesOf(sample, dimension);
  const leaf = names[names.length - 1];
  const matches = {
    any: () => names.some((name) => values.includes(name)),
    leaf: () => values.includes(leaf),
    prefix: () =>
      values.length <= namesOf(sample, dimension, true).length && values.every((value, at) => names[at] === value),
    regex: () => names.some((name) => values.some((value) => new RegExp(value).test(name))),
  };
  return matches[match]() !== exclude;
}

/** With a listed root span, the roots of a listed span count too: it stands for its part of the trace. */
function withRoots(
  uploads: readonly PlainUpload[],
  query: Partial<StoreQuery>,
  { to }: PlainTime
): Partial<StoreQuery> {
  const { rootSpanId } = query;
  if (rootSpanId === undefined) {
    return query;
  }
  const seen = uploads.filter(({ startMs }) => Math.floor(startMs / 1000) <= Math.ceil((to + 1) / 1000));
  const roots = seen.flatMap(({ samples }) =>
    samples.filter(({ span, root }) => rootSpanId.includes(span) && root !== '').map(({ root }) => root)
  );
  return { ...query, rootSpanId: [...rootSpanId, ...roots] };
}

/** Names of a dimension on a sample, from the root to the leaf. */
function namesOf(
  { stack, thread, endpoint, span, labels }: PlainSample,
  dimension: string,
  realOnly = false
): string[] {
  switch (dimension) {
    case 'thread':
      return [thread || '(no thread)'];
    case 'endpoint':
      return [endpoint || '(no endpoint)'];
    case 'span':
      return [span === '' ? '(no span)' : span.padStart(16, '0')];
    case 'sampleLabel':
      return labels.length === 0 ? ['(no sample label)'] : [...labels];
    case 'allocatedClass':
      return stack.filter(({ detail }) => detail).map(({ method }) => method);
    default: {
      const real = stack.filter(({ detail }) => !detail);
      return real.length === 0 && !realOnly ? ['(no stack)'] : real.map((frame) => frameName(frame, dimension));
    }
  }
}

function frameName(frame: PlainFrame, dimension: string): string {
  switch (dimension) {
    case 'class':
      return frame.class || '(unknown)';
    case 'library':
      return frame.library;
    case 'file':
      return frame.file;
    case 'directory':
      return frame.file.replace(/\/[^/]*$/, '');
    default:
      return frame.method;
  }
}

function keptSamples(upload: PlainUpload, type: string, query: Partial<StoreQuery>): PlainSample[] {
  return upload.samples.filter(
    (sample) =>
      (sample.values[type] ?? 0) !== 0 &&
      inSpans(sample, query) &&
      (query.stackFilter ?? []).every((filter) => keeps(sample, filter))
  );
}

/** All samples of a question. Points in time count by the part of the covered time that their upload lasted. */
function countedSamples(uploads: readonly PlainUpload[], type: string, query: Partial<StoreQuery>): Counted[] {
  const carrying = uploads.filter(({ types }) => types.includes(type));
  const averaged = averageTypes.includes(type) && carrying.length > 1;
  const covered = coveredMs(carrying);
  return carrying.flatMap((upload) => {
    const weight = averaged ? (upload.endMs - upload.startMs) / covered : 1;
    return keptSamples(upload, type, query).map((sample) => ({ sample, value: sample.values[type] * weight }));
  });
}

/** Length of the union of the uploads' windows within a step. */
function coveredMs(uploads: readonly PlainUpload[], from = -Infinity, to = Infinity): number {
  let covered = 0;
  let reached = from;
  for (const { startMs, endMs } of [...uploads].sort((a, b) => a.startMs - b.startMs)) {
    covered += Math.max(0, Math.min(endMs, to) - Math.max(reached, startMs));
    reached = Math.max(reached, Math.min(endMs, to));
  }
  return covered;
}

// --- Tables and graphs -----------------------------------------------------------------------------------------------

export interface PlainTable {
  readonly profileCount: number;
  readonly rows: ReadonlyMap<string, Row>;
  readonly total: number;
  /** How many different stacks there are: averages are rounded once per stack. */
  readonly stacks: number;
}

export function plainTable(uploads: readonly PlainUpload[], asked: Partial<StoreQuery>, time: PlainTime): PlainTable {
  const query = withRoots(uploads, asked, time);
  const { profileType: type = '', dimension = 'method' } = query;
  const chosen = chosenUploads(uploads, query, time);
  const counted = countedSamples(chosen, type, query);
  const rows = new Map<string, Row>();
  for (const { sample, value } of counted) {
    const names = namesOf(sample, dimension);
    for (const name of new Set(names)) {
      const row = rows.get(name) ?? { self: 0, total: 0, samples: 0 };
      row.total += value;
      row.samples++;
      // Labels stand side by side, frames on each other.
      row.self += dimension === 'sampleLabel' || name === names[names.length - 1] ? value : 0;
      rows.set(name, row);
    }
  }
  return { profileCount: chosen.length, rows, ...sums(counted) };
}

function sums(counted: readonly Counted[]): { total: number; stacks: number } {
  return {
    total: counted.reduce((sum, { value }) => sum + value, 0),
    stacks: new Set(counted.map(({ sample }) => sample.stackText)).size,
  };
}

/** Nodes of a flame graph by their path from the root. */
export function plainGraph(uploads: readonly PlainUpload[], asked: Partial<StoreQuery>, time: PlainTime): PlainTable {
  const query = withRoots(uploads, asked, time);
  const chosen = chosenUploads(uploads, query, time);
  const counted = countedSamples(chosen, query.profileType ?? '', query);
  const rows = new Map<string, Row>();
  for (const { sample, value } of counted) {
    const labels = sample.stack.map(({ method, detail }) => (detail ? `[${method}]` : method));
    const path = ['total', ...(labels.length === 0 ? ['(no stack)'] : labels)];
    path.forEach((_, depth) => {
      const key = path.slice(0, depth + 1).join(';');
      const row = rows.get(key) ?? { self: 0, total: 0, samples: 0 };
      row.total += value;
      row.samples++;
      row.self += depth === path.length - 1 ? value : 0;
      rows.set(key, row);
    });
  }
  return { profileCount: chosen.length, rows, ...sums(counted) };
}

// --- Series ----------------------------------------------------------------------------------------------------------

/** Points of rows by name; '' = the profile type as a whole. Flows only, `measure: total`. */
export function plainSeries(
  uploads: readonly PlainUpload[],
  query: Partial<StoreQuery>,
  time: PlainTime,
  stepMs: number
): Map<string, Map<number, number>> {
  const { profileType: type = '', dimension = 'method', rows = [] } = query;
  const first = Math.floor(time.from / stepMs) * stepMs;
  const starts = Array.from({ length: Math.ceil((time.to - first) / stepMs) }, (_, at) => first + at * stepMs);
  const end = first + starts.length * stepMs;
  const fitting = uploads.filter(
    (upload) => selects(query.selector ?? '', upload.labels) && overlaps(upload, first, end)
  );
  if (rows.length === 0 && !fitting.some(({ types }) => types.includes(type))) {
    return new Map();
  }
  const covered = starts.map((start) => coveredMs(fitting, start, start + stepMs));
  const newest = covered.findLastIndex((ms) => ms > 0);
  const only = newest === covered.findIndex((ms) => ms > 0);
  const shown = starts.filter((_, at) => covered[at] > 0 && (only || at !== newest || covered[at] >= stepMs / 2));
  return new Map(
    (rows.length > 0 ? rows : ['']).map((name) => {
      const values = fitting.map((upload) => valueOf(upload, type, query, name, dimension));
      const at = (start: number) =>
        fitting.reduce((sum, upload, i) => sum + values[i] * shareIn(upload, start, start + stepMs), 0);
      return [name, new Map(shown.map((start) => [start, at(start) / (covered[starts.indexOf(start)] / 1000)]))];
    })
  );
}

function valueOf(
  upload: PlainUpload,
  type: string,
  query: Partial<StoreQuery>,
  name: string,
  dimension: string
): number {
  return keptSamples(upload, type, query)
    .filter((sample) => name === '' || namesOf(sample, dimension).includes(name))
    .reduce((sum, sample) => sum + sample.values[type], 0);
}

/** Part of the upload's time that lies in the step. */
function shareIn({ startMs, endMs }: PlainUpload, from: number, to: number): number {
  return Math.max(0, Math.min(endMs, to) - Math.max(startMs, from)) / (endMs - startMs);
}
