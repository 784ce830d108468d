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
  const threads = new FileTexts(strings, dictionary.threads);
  const texts = new FileTexts(strings, dictionary.texts);
  const labelTexts = new FileTexts(strings, dictionary.texts, dictionary.labels);
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
    says |= words[contextWords.endpoint] = texts.number(endpoint[i]);
    says |= words[contextWords.operation] = operation === undefined ? 0 : texts.number(operation[i]);
    says |= words[contextWords.labels] = labels === undefined ? 0 : labelTexts.number(labels[i]);
    words[contextWords.inferred] = says !== 0 && inferred !== undefined ? inferred[i] : 0;
    pair[0] = threads.number(thread[i]);
    pair[1] = says === 0 ? 0 : dictionary.contexts.intern(words, contextWords.length);
    pairs[i] = dictionary.pairs.intern(pair, 2);
  }
  return pairs;
}

/** Text numbers by the file's own string indexes. */
class FileTexts {
  private readonly known = new Map<number, number>([[0, 0]]);

  /** `stored`: labels as they are kept. */
  constructor(
    private readonly strings: readonly string[],
    private readonly texts: TextNumbers,
    private readonly stored?: StoredLabels
  ) {}

  number(index: number): number {
    let number = this.known.get(index);
    if (number === undefined) {
      const text = this.strings[index];
      number = this.texts.of(this.stored?.of(text) ?? text);
      this.known.set(index, number);
    }
    return number;
  }
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
  return { ofSample: mapped.map((file) => groupsOf(file, table)), table };
}

function groupsOf({ profile: { samples }, stack, pair }: Mapped, table: SequenceTable): Uint32Array {
  const groups = new Uint32Array(samples.length);
  const key = new Uint32Array(2);
  for (let i = 0; i < groups.length; i++) {
    key[0] = stack[samples.stack[i]];
    key[1] = pair[samples.context[i]];
    groups[i] = table.intern(key, 2);
  }
  return groups;
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
    counts: sums.map(sampleCount),
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
  for (let type = 0; type < sums.length; type++) {
    const { values, counts } = sums[type];
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
  }
  return rows;
}

function sampleCount({ counts }: TypeSums): number {
  let all = 0;
  for (let i = 0; i < counts.length; i++) {
    all += counts[i];
  }
  return all;
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
  return {
    span: idsOf(contexts, 0),
    root: idsOf(contexts, 2),
    traceHigh: idsOf(contexts, 4),
    traceLow: idsOf(contexts, 6),
    endpoint: textsOf(contexts, contextWords.endpoint, texts),
    operation: textsOf(contexts, contextWords.operation, texts),
    inferred: columnOf(contexts, contextWords.inferred),
    labels: labels.isEmpty ? [] : textsOf(contexts, contextWords.labels, texts),
  };
}

/** One word of every context. */
function columnOf({ words, length }: SequenceTable, word: number): number[] {
  const column: number[] = [];
  for (let entry = 1; entry < length; entry++) {
    column.push(words[entry * contextWords.length + word]);
  }
  return column;
}

function textsOf(contexts: SequenceTable, word: number, { texts }: TextNumbers): string[] {
  const column: string[] = [];
  for (const number of columnOf(contexts, word)) {
    column.push(texts[number]);
  }
  return column;
}

/** Two words of every context. */
function idsOf({ words, length }: SequenceTable, word: number): BigUint64Array {
  const column = new BigUint64Array(length - 1);
  const halves = wordsOf(column);
  for (let entry = 1; entry < length; entry++) {
    halves[entry * 2 - 2] = words[entry * contextWords.length + word];
    halves[entry * 2 - 1] = words[entry * contextWords.length + word + 1];
  }
  return column;
}

function addUp({ profile, types }: Mapped, groups: Uint32Array, sums: readonly TypeSums[]): void {
  for (const type of types) {
    addColumn(profile, type, groups, sums[type.number]);
  }
}

function addColumn(profile: Profile, { column, scale }: MappedType, groups: Uint32Array, sum: TypeSums): void {
  const { values, length } = profile.samples;
  const width = profile.valueTypes.length;
  for (let i = 0; i < length; i++) {
    const value = values[i * width + column];
    if (value !== 0) {
      sum.values[groups[i]] += scale === 1 ? value : Math.round(value * scale);
      sum.counts[groups[i]]++;
    }
  }
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
