import type { SpanEntries } from '../engines/table-rows';
import { HotspanError } from '../errors';
import { resolveProfileTypes, type ResolvedType } from '../../src/model/profile-types';
import type { Profile } from '../../src/model/profile';
import { SequenceTable } from '../../src/model/sequence-table';
import { StoredLabels } from './stored-labels';

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
  readonly contexts: SpanEntries;
  /** Samples in the files, before merging. */
  readonly sampleCount: number;
}

/** Distinct texts of all files get one number each; '' is 0. */
class TextNumbers {
  readonly texts: string[] = [''];
  private readonly numbers = new Map<string, number>([['', 0]]);

  of(text: string): number {
    const known = this.numbers.get(text);
    if (known !== undefined) {
      return known;
    }
    this.numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

/**
 * Words of a context: low and high of span, root, trace high and trace low, then the numbers of endpoint, operation and labels,
 * and whether it was inferred. All 0 = none.
 */
const contextWords = { ids: 8, endpoint: 8, operation: 9, labels: 10, inferred: 11, length: 12 } as const;

/** What the files of an upload have in common, interned as words: no text and no BigInt is made per sample. */
interface Dictionary {
  /** Content id: low, high. */
  readonly stacks: SequenceTable;
  readonly threads: TextNumbers;
  readonly texts: TextNumbers;
  readonly labels: StoredLabels;
  /** Entry 0 is no context. */
  readonly contexts: SequenceTable;
  /** Thread number, context number. */
  readonly pairs: SequenceTable;
  readonly types: Map<string, number>;
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
  const stacks = profiles.reduce((all, { stackIds }) => all + stackIds.length, 0);
  const contexts = profiles.reduce((all, { profile }) => all + profile.contexts.length, 0);
  const dictionary: Dictionary = {
    stacks: new SequenceTable(stacks, stacks * 2),
    threads: new TextNumbers(),
    texts: new TextNumbers(),
    labels: new StoredLabels(),
    contexts: new SequenceTable(contexts + 1, (contexts + 1) * contextWords.length),
    pairs: new SequenceTable(contexts, contexts * 2),
    types: new Map(),
  };
  dictionary.contexts.intern(new Uint32Array(contextWords.length), contextWords.length);
  const mapped = profiles.map((one) => mapProfile(one, language, dictionary));
  return layOut(mapped, groupSamples(mapped), dictionary);
}

function mapProfile({ name, profile, stackIds }: IdentifiedProfile, language: string, dictionary: Dictionary): Mapped {
  const resolved = resolveProfileTypes(profile.valueTypes, { attachment: name, language, period: profile.period });
  return {
    profile,
    stack: mapStacks(stackIds, dictionary.stacks),
    pair: mapContexts(profile, dictionary),
    types: resolved.flatMap((type, column) => mapType(type, column, dictionary.types)),
  };
}

function mapStacks(stackIds: BigUint64Array, stacks: SequenceTable): Uint32Array {
  const words = wordsOf(stackIds);
  const numbers = new Uint32Array(stackIds.length);
  for (let i = 0; i < numbers.length; i++) {
    numbers[i] = stacks.intern(words, 2, i * 2);
  }
  return numbers;
}

/** Low word first, as everywhere that this runs. */
function wordsOf(ids: BigUint64Array): Uint32Array {
  return new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
}

function mapType({ id, scale, twin }: ResolvedType, column: number, types: Map<string, number>): MappedType[] {
  const numberOf = (type: string) => {
    const number = types.get(type) ?? types.size;
    types.set(type, number);
    return number;
  };
  const mapped = [{ column, number: numberOf(id), scale }];
  return twin === undefined ? mapped : [...mapped, { column, number: numberOf(twin), scale: 1 }];
}

function mapContexts({ contexts, strings }: Profile, dictionary: Dictionary): Uint32Array {
  const threadOf = numbersOf(strings, dictionary.threads);
  const textOf = numbersOf(strings, dictionary.texts);
  const labelsOf = numbersOf(strings, dictionary.texts, (text) => dictionary.labels.of(text));
  const { thread, endpoint, operation, labels, inferred } = contexts;
  const ids = [contexts.spanId, contexts.rootSpanId, contexts.traceIdHigh, contexts.traceIdLow].map(wordsOf);
  const words = new Uint32Array(contextWords.length);
  const pair = new Uint32Array(2);
  const pairs = new Uint32Array(contexts.length);
  for (let i = 0; i < pairs.length; i++) {
    let says = 0;
    for (let at = 0; at < contextWords.ids; at++) {
      says |= words[at] = ids[at >> 1][i * 2 + (at & 1)];
    }
    says |= words[contextWords.endpoint] = textOf(endpoint[i]);
    says |= words[contextWords.operation] = operation === undefined ? 0 : textOf(operation[i]);
    says |= words[contextWords.labels] = labels === undefined ? 0 : labelsOf(labels[i]);
    words[contextWords.inferred] = says !== 0 && inferred !== undefined ? inferred[i] : 0;
    pair[0] = threadOf(thread[i]);
    pair[1] = says === 0 ? 0 : dictionary.contexts.intern(words, contextWords.length);
    pairs[i] = dictionary.pairs.intern(pair, 2);
  }
  return pairs;
}

/** Text numbers by the file's own string indexes; `stored` = what is kept of a text. */
function numbersOf(
  strings: readonly string[],
  texts: TextNumbers,
  stored = (text: string) => text
): (index: number) => number {
  const known = new Map<number, number>([[0, 0]]);
  return (index) => {
    let number = known.get(index);
    if (number === undefined) {
      number = texts.of(stored(strings[index]));
      known.set(index, number);
    }
    return number;
  };
}

/** A group is a distinct (stack, thread, context). */
interface Groups {
  /** Group of every sample, per file. */
  readonly ofSample: readonly Uint32Array[];
  /** Stack number, pair number. */
  readonly table: SequenceTable;
}

function groupSamples(mapped: readonly Mapped[]): Groups {
  const samples = mapped.reduce((all, { profile }) => all + profile.samples.length, 0);
  const table = new SequenceTable(samples, samples * 2);
  const key = new Uint32Array(2);
  const ofSample = mapped.map(({ profile: { samples: own }, stack, pair }) => {
    const groups = new Uint32Array(own.length);
    for (let i = 0; i < groups.length; i++) {
      key[0] = stack[own.stack[i]];
      key[1] = pair[own.context[i]];
      groups[i] = table.intern(key, 2);
    }
    return groups;
  });
  return { ofSample, table };
}

interface TypeSums {
  readonly values: Float64Array;
  readonly counts: Uint32Array;
}

function layOut(mapped: readonly Mapped[], groups: Groups, dictionary: Dictionary): MergedSamples {
  const types = [...dictionary.types.keys()];
  const { length } = groups.table;
  const sums = types.map(() => ({ values: new Float64Array(length), counts: new Uint32Array(length) }));
  mapped.forEach((file, at) => addUp(file, groups.ofSample[at], sums));
  return {
    ...layOutRows(sums, groups.table, dictionary),
    types,
    totals: sums.map(({ values }, type) => exactTotal(values, types[type])),
    counts: sums.map(({ counts }) => counts.reduce((all, count) => all + count, 0)),
    threads: dictionary.threads.texts,
    contexts: layOutContexts(dictionary),
    sampleCount: mapped.reduce((all, { profile }) => all + profile.samples.length, 0),
  };
}

type Rows = Pick<MergedSamples, 'length' | 'profileType' | 'thread' | 'stack' | 'context' | 'value' | 'count'>;

function layOutRows(sums: readonly TypeSums[], groups: SequenceTable, { pairs, stacks }: Dictionary): Rows {
  const length = sums.reduce((all, { counts }) => all + positives(counts), 0);
  const rows = {
    length,
    profileType: new Uint32Array(length),
    thread: new Uint32Array(length),
    stack: new BigUint64Array(length),
    context: new Uint32Array(length),
    value: new Float64Array(length),
    count: new Uint32Array(length),
  };
  const stackWords = wordsOf(rows.stack);
  let row = 0;
  sums.forEach(({ values, counts }, type) => {
    for (let group = 0; group < groups.length; group++) {
      if (counts[group] === 0) {
        continue;
      }
      const stack = groups.words[group * 2] * 2;
      const pair = groups.words[group * 2 + 1] * 2;
      stackWords[row * 2] = stacks.words[stack];
      stackWords[row * 2 + 1] = stacks.words[stack + 1];
      rows.profileType[row] = type;
      rows.thread[row] = pairs.words[pair];
      rows.context[row] = pairs.words[pair + 1];
      rows.value[row] = values[group];
      rows.count[row++] = counts[group];
    }
  });
  return rows;
}

function positives(counts: Uint32Array): number {
  let found = 0;
  for (let i = 0; i < counts.length; i++) {
    found += counts[i] > 0 ? 1 : 0;
  }
  return found;
}

/** All but entry 0. */
function layOutContexts({ contexts, texts, labels }: Dictionary): SpanEntries {
  const { words } = contexts;
  const length = contexts.length - 1;
  const at = (entry: number, word: number) => words[(entry + 1) * contextWords.length + word];
  const ids = (word: number) => {
    const column = new BigUint64Array(length);
    const halves = wordsOf(column);
    for (let i = 0; i < halves.length; i++) {
      halves[i] = at(i >> 1, word + (i & 1));
    }
    return column;
  };
  const column = <T>(value: (entry: number) => T) => Array.from({ length }, (_, entry) => value(entry));
  return {
    span: ids(0),
    root: ids(2),
    traceHigh: ids(4),
    traceLow: ids(6),
    endpoint: column((entry) => texts.texts[at(entry, contextWords.endpoint)]),
    operation: column((entry) => texts.texts[at(entry, contextWords.operation)]),
    inferred: column((entry) => at(entry, contextWords.inferred)),
    labels: labels.isEmpty ? [] : column((entry) => texts.texts[at(entry, contextWords.labels)]),
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
