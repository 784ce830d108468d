import type { Profile, SampleTable } from '../../src/model/profile';

/**
 * Go counts allocations and lock contention from the start of the process, so a plain `/debug/pprof/heap` holds everything since
 * then. What belongs to one window is the difference to the file before. Live memory (`inuse_*`) is a point in time and stays.
 */

const countTypes: ReadonlySet<string> = new Set(['alloc_objects', 'contentions']);
const amountTypes: ReadonlySet<string> = new Set(['alloc_space', 'delay']);

/** Whether the file counts from the start of the process. `?seconds=N` makes Go take the difference: then it says how long. */
export function isCumulative({ valueTypes, durationNs }: Profile): boolean {
  return durationNs === 0 && valueTypes.some(({ type }) => countTypes.has(type) || amountTypes.has(type));
}

/**
 * What happened between two files of one process, `previous` being the older. Undefined = a count
 * fell, so the process was started again (or is another one) and nothing is known about the time between.
 */
export function deltaProfile(current: Profile, previous: Profile): Profile | undefined {
  const columns = cumulativeColumns(current);
  const before = sumsOfStacks(previous, columnsLike(previous, current, columns));
  const now = sumsOfStacks(current, columns);
  if (hasFallen(current, columns, now, before)) {
    return undefined;
  }
  return withWindow({ ...current, samples: subtracted(current, columns, before) }, previous);
}

/**
 * The file without what it counted since the start of the process: what the first file of a process can tell. Types that are not
 * known yet are absent, not 0; of a file of nothing else no sample is left.
 */
export function withoutCumulative(profile: Profile): Profile {
  const { valueTypes, samples } = profile;
  const dropped = new Set(cumulativeColumns(profile));
  const kept = valueTypes.flatMap((_, column) => (dropped.has(column) ? [] : [column]));
  return {
    ...profile,
    valueTypes: kept.map((column) => valueTypes[column]),
    samples: kept.length === 0 ? noSamples : withColumns(samples, valueTypes.length, kept),
  };
}

const noSamples: SampleTable = {
  length: 0,
  stack: new Uint32Array(0),
  context: new Uint32Array(0),
  values: new Float64Array(0),
};

function withColumns(samples: SampleTable, width: number, kept: readonly number[]): SampleTable {
  const values = new Float64Array(samples.length * kept.length);
  for (let to = 0; to < values.length; to++) {
    values[to] = samples.values[Math.floor(to / kept.length) * width + kept[to % kept.length]];
  }
  return { ...samples, values };
}

function cumulativeColumns({ valueTypes }: Profile): number[] {
  return valueTypes.flatMap(({ type }, column) => (countTypes.has(type) || amountTypes.has(type) ? [column] : []));
}

/** The columns of another file with the same types; -1 = it has none. */
function columnsLike(other: Profile, { valueTypes }: Profile, columns: readonly number[]): number[] {
  return columns.map((column) =>
    other.valueTypes.findIndex(({ type, unit }) => type === valueTypes[column].type && unit === valueTypes[column].unit)
  );
}

/** Per stack and context, one sum for each of the columns. Keys are texts: numbers of two files mean different things. */
type StackSums = ReadonlyMap<string, Float64Array>;

function sumsOfStacks(profile: Profile, columns: readonly number[]): StackSums {
  const { samples, valueTypes } = profile;
  const keyOf = sampleKeys(profile);
  const sums = new Map<string, Float64Array>();
  for (let i = 0; i < samples.length; i++) {
    const key = keyOf(i);
    const sum = sums.get(key) ?? new Float64Array(columns.length);
    columns.forEach((column, at) => {
      sum[at] += column < 0 ? 0 : samples.values[i * valueTypes.length + column];
    });
    sums.set(key, sum);
  }
  return sums;
}

/** A text for the stack and context of a sample, equal in all files of one process. */
function sampleKeys({ frames, stacks, contexts, strings, samples }: Profile): (sample: number) => string {
  const frameTexts = Array.from({ length: frames.length }, (_, i) =>
    [
      strings[frames.method[i]],
      strings[frames.className[i]],
      strings[frames.library[i]],
      strings[frames.file[i]],
      frames.line[i],
      frames.kind[i],
    ].join('\0')
  );
  const stackTexts = Array.from({ length: stacks.length }, (_, i) =>
    Array.from(stacks.frame.subarray(stacks.offset[i], stacks.offset[i + 1]), (frame) => frameTexts[frame]).join('\n')
  );
  const contextTexts = Array.from({ length: contexts.length }, (_, i) =>
    [
      strings[contexts.thread[i]],
      strings[contexts.endpoint[i]],
      contexts.spanId[i],
      contexts.rootSpanId[i],
      strings[contexts.labels?.[i] ?? 0],
    ].join('\0')
  );
  return (sample) => `${contextTexts[samples.context[sample]]}\n${stackTexts[samples.stack[sample]]}`;
}

/** Counts are whole and never fall. Delays are estimates from the clock of the processor, and may by a hair. */
function hasFallen({ valueTypes }: Profile, columns: readonly number[], now: StackSums, before: StackSums): boolean {
  const counts = columns.flatMap((column, at) => (countTypes.has(valueTypes[column].type) ? [at] : []));
  const watched = counts.length > 0 ? counts : columns.map((_, at) => at);
  for (const [key, sum] of before) {
    const later = now.get(key);
    if (watched.some((at) => (later?.[at] ?? 0) < sum[at])) {
      return true;
    }
  }
  return false;
}

/** The samples with what they counted since `before`: taken off the first of a stack, then the next. */
function subtracted(profile: Profile, columns: readonly number[], before: StackSums): SampleTable {
  const { samples, valueTypes } = profile;
  const values = samples.values.slice();
  const keyOf = sampleKeys(profile);
  const left = new Map([...before].map(([key, sum]) => [key, sum.slice()]));
  for (let i = 0; i < samples.length; i++) {
    const rest = left.get(keyOf(i));
    if (rest !== undefined) {
      columns.forEach((column, at) => {
        const place = i * valueTypes.length + column;
        const off = Math.min(values[place], rest[at]);
        values[place] -= off;
        rest[at] -= off;
      });
    }
  }
  return { ...samples, values };
}

/** The difference covers the time from the file before to this one, where both say when they were taken. */
function withWindow(delta: Profile, previous: Profile): Profile {
  const lengthNs = Number(delta.startNs - previous.startNs);
  return delta.startNs === 0n || previous.startNs === 0n || lengthNs <= 0
    ? delta
    : { ...delta, startNs: previous.startNs, durationNs: lengthNs };
}
