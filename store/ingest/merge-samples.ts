import { HotspanError } from '../errors';
import { resolveProfileTypes, type ResolvedType } from '../../src/model/profile-types';
import type { ContextTable, Profile } from '../../src/model/profile';

/** A profile of an upload with the content ids of its stacks. */
export interface IdentifiedProfile {
  readonly name: string;
  readonly profile: Profile;
  readonly stackIds: BigUint64Array;
}

/** Samples of a whole upload, merged by type, stack, thread and context. Parallel arrays, one entry per row. */
export interface MergedSamples {
  readonly length: number;
  /** Canonical profile type ids; `profileType` points into it. */
  readonly types: readonly string[];
  readonly totals: readonly number[];
  readonly counts: readonly number[];
  readonly profileType: Uint32Array;
  readonly threads: readonly string[];
  readonly thread: Uint32Array;
  readonly stack: BigUint64Array;
  /** 0 = none, else 1-based position in `contexts`. */
  readonly context: Uint32Array;
  readonly value: Float64Array;
  readonly count: Uint32Array;
  readonly contexts: ContextEntries;
  /** Samples in the files, before merging. */
  readonly sampleCount: number;
}

export interface ContextEntries {
  readonly span: bigint[];
  readonly root: bigint[];
  readonly traceHigh: bigint[];
  readonly traceLow: bigint[];
  readonly endpoint: string[];
  readonly operation: string[];
  /** 1 = the span was found by thread and time. */
  readonly inferred: number[];
}

/** Distinct things of all files get one number each. */
class Numbering<Key> {
  readonly keys: Key[] = [];
  private readonly numbers = new Map<Key, number>();

  of(key: Key): number {
    const known = this.numbers.get(key);
    if (known !== undefined) {
      return known;
    }
    this.numbers.set(key, this.keys.length);
    return this.keys.push(key) - 1;
  }
}

interface Dictionary {
  readonly stacks: Numbering<bigint>;
  readonly threads: Numbering<string>;
  readonly contextKeys: Numbering<string>;
  readonly contexts: ContextEntries;
  /** `thread number/context number`. */
  readonly pairs: Numbering<string>;
  readonly types: Numbering<string>;
}

/** One file's numbers in the dictionary of the upload. */
interface Mapped {
  readonly profile: Profile;
  readonly stack: Uint32Array;
  readonly pair: Uint32Array;
  readonly types: readonly MappedType[];
}

/** A column of the file's values and the type of the upload that it counts for; a column may count for two. */
interface MappedType {
  readonly column: number;
  readonly number: number;
  readonly scale: number;
}

export function mergeSamples(profiles: readonly IdentifiedProfile[], language: string): MergedSamples {
  const dictionary: Dictionary = {
    stacks: new Numbering<bigint>(),
    threads: new Numbering<string>(),
    contextKeys: new Numbering<string>(),
    contexts: { span: [], root: [], traceHigh: [], traceLow: [], endpoint: [], operation: [], inferred: [] },
    pairs: new Numbering<string>(),
    types: new Numbering<string>(),
  };
  const mapped = profiles.map((one) => mapProfile(one, language, dictionary));
  const groups = groupSamples(mapped, dictionary);
  return layOut(mapped, groups, dictionary);
}

function mapProfile({ name, profile, stackIds }: IdentifiedProfile, language: string, dictionary: Dictionary): Mapped {
  const resolved = resolveProfileTypes(profile.valueTypes, { attachment: name, language, period: profile.period });
  return {
    profile,
    stack: Uint32Array.from(stackIds, (id) => dictionary.stacks.of(id)),
    pair: mapContexts(profile, dictionary),
    types: resolved.flatMap((type, column) => mapType(type, column, dictionary.types)),
  };
}

function mapType({ id, scale, twin }: ResolvedType, column: number, types: Numbering<string>): MappedType[] {
  const mapped = [{ column, number: types.of(id), scale }];
  return twin === undefined ? mapped : [...mapped, { column, number: types.of(twin), scale: 1 }];
}

function mapContexts(profile: Profile, dictionary: Dictionary): Uint32Array {
  const { contexts, strings } = profile;
  const pairs = new Uint32Array(contexts.length);
  for (let i = 0; i < contexts.length; i++) {
    const thread = dictionary.threads.of(strings[contexts.thread[i]]);
    pairs[i] = dictionary.pairs.of(`${thread}/${contextNumber(contexts, i, strings, dictionary)}`);
  }
  return pairs;
}

function contextNumber(table: ContextTable, i: number, strings: readonly string[], dictionary: Dictionary): number {
  const { spanId, rootSpanId, traceIdHigh, traceIdLow } = table;
  const endpoint = strings[table.endpoint[i]];
  const operation = table.operation === undefined ? '' : strings[table.operation[i]];
  const inferred = table.inferred?.[i] ?? 0;
  const hasId = spanId[i] !== 0n || rootSpanId[i] !== 0n || traceIdHigh[i] !== 0n || traceIdLow[i] !== 0n;
  if (!hasId && endpoint === '' && operation === '') {
    return 0;
  }
  const ids = `${spanId[i]}/${rootSpanId[i]}/${traceIdHigh[i]}/${traceIdLow[i]}/${inferred}`;
  const number = dictionary.contextKeys.of(`${ids}/${operation}\0${endpoint}`);
  const { contexts } = dictionary;
  if (number === contexts.span.length) {
    contexts.span.push(spanId[i]);
    contexts.root.push(rootSpanId[i]);
    contexts.traceHigh.push(traceIdHigh[i]);
    contexts.traceLow.push(traceIdLow[i]);
    contexts.endpoint.push(endpoint);
    contexts.operation.push(operation);
    contexts.inferred.push(inferred);
  }
  return number + 1;
}

interface Groups {
  readonly length: number;
  /** Group of every sample, per file. */
  readonly ofSample: readonly Uint32Array[];
  readonly stack: number[];
  readonly pair: number[];
}

/** A group is a distinct (stack, thread, context). */
function groupSamples(mapped: readonly Mapped[], dictionary: Dictionary): Groups {
  const pairCount = dictionary.pairs.keys.length;
  const numbers = new Map<number, number>();
  const stack: number[] = [];
  const pair: number[] = [];
  const ofSample = mapped.map(({ profile: { samples }, stack: stackNumber, pair: pairNumber }) => {
    const groups = new Uint32Array(samples.length);
    for (let i = 0; i < samples.length; i++) {
      const sampleStack = stackNumber[samples.stack[i]];
      const samplePair = pairNumber[samples.context[i]];
      const key = sampleStack * pairCount + samplePair;
      let group = numbers.get(key);
      if (group === undefined) {
        group = stack.push(sampleStack) - 1;
        pair.push(samplePair);
        numbers.set(key, group);
      }
      groups[i] = group;
    }
    return groups;
  });
  return { length: stack.length, ofSample, stack, pair };
}

interface TypeSums {
  readonly values: Float64Array;
  readonly counts: Uint32Array;
}

function layOut(mapped: readonly Mapped[], groups: Groups, dictionary: Dictionary): MergedSamples {
  const types = dictionary.types.keys;
  const sums = types.map(() => ({ values: new Float64Array(groups.length), counts: new Uint32Array(groups.length) }));
  mapped.forEach((file, at) => addUp(file, groups.ofSample[at], sums));
  const length = sums.reduce(
    (rows, { counts }) => rows + counts.reduce((all, count) => all + (count > 0 ? 1 : 0), 0),
    0
  );
  const rows = {
    profileType: new Uint32Array(length),
    thread: new Uint32Array(length),
    stack: new BigUint64Array(length),
    context: new Uint32Array(length),
    value: new Float64Array(length),
    count: new Uint32Array(length),
  };
  const pairs = dictionary.pairs.keys.map((key) => key.split('/').map(Number));
  let row = 0;
  sums.forEach(({ values, counts }, type) => {
    for (let group = 0; group < groups.length; group++) {
      if (counts[group] > 0) {
        const [thread, context] = pairs[groups.pair[group]];
        rows.profileType[row] = type;
        rows.thread[row] = thread;
        rows.stack[row] = dictionary.stacks.keys[groups.stack[group]];
        rows.context[row] = context;
        rows.value[row] = values[group];
        rows.count[row++] = counts[group];
      }
    }
  });
  return {
    length,
    types,
    totals: sums.map(({ values }, type) => exactTotal(values, types[type])),
    counts: sums.map(({ counts }) => counts.reduce((all, count) => all + count, 0)),
    threads: dictionary.threads.keys,
    contexts: dictionary.contexts,
    sampleCount: mapped.reduce((all, { profile }) => all + profile.samples.length, 0),
    ...rows,
  };
}

function addUp({ profile, types }: Mapped, groups: Uint32Array, sums: readonly TypeSums[]): void {
  const { values, length } = profile.samples;
  const width = profile.valueTypes.length;
  types.forEach(({ column, number, scale }) => {
    const sum = sums[number];
    for (let i = 0; i < length; i++) {
      const value = values[i * width + column];
      if (value !== 0) {
        sum.values[groups[i]] += scale === 1 ? value : Math.round(value * scale);
        sum.counts[groups[i]]++;
      }
    }
  });
}

/** Sums are kept in doubles: exact up to 2^53 - 1, and what could be inexact is refused. */
function exactTotal(values: Float64Array, type: string): number {
  let total = 0;
  let magnitude = 0;
  for (const value of values) {
    total += value;
    magnitude += Math.abs(value);
  }
  if (magnitude > Number.MAX_SAFE_INTEGER) {
    throw new HotspanError('unreadable_profile', `the values of ${type} add up to more than 2^53`);
  }
  return total;
}
