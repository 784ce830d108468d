import type { FrameKind, Profile, ReaderLimits, SamplingPeriod, ValueType } from '../../../src/model/profile';
import type { Language } from '../../../src/model/language';
import { type ContextFields, ProfileBuilder } from '../../../src/model/profile-builder';
import { ContextMaker, type Detail } from '../context';
import type { Failing } from '../fail';
import { FrameMaker, type NamedFrame } from '../frames';
import { StackWriter } from '../stack-writer';
import type {
  OtlpDictionary,
  OtlpLocation,
  OtlpMoment,
  OtlpProfile,
  OtlpSamples,
  OtlpValue,
  OtlpValueType,
} from './document';

/** Reads the tables of a dictionary; an index beyond its table is an error. */
export class Dictionary {
  constructor(
    readonly tables: OtlpDictionary,
    readonly source: Failing
  ) {}

  /** Index 0 of an empty table is the empty text. */
  string(index: number): string {
    const { strings } = this.tables;
    return strings[index] ?? (index === 0 ? '' : this.source.fail(beyond('string', index, strings.length)));
  }

  value(value: OtlpValue): string {
    return typeof value === 'string' ? value : this.string(value.string);
  }

  /** An entry of another table; 0 = none. */
  entry<T>(what: string, table: readonly T[], index: number): T | undefined {
    if (index > 0 && index >= table.length) {
      this.source.fail(beyond(what, index, table.length));
    }
    return index === 0 ? undefined : table[index];
  }

  attribute(index: number): { readonly key: string; readonly value: string } {
    const { attributes } = this.tables;
    // The attributes' table begins with a real one in some senders.
    const found = attributes[index] ?? this.source.fail(beyond('attribute', index, attributes.length));
    return { key: this.string(found.key), value: this.value(found.value) };
  }

  valueType({ type, unit }: OtlpValueType): ValueType {
    return { type: this.string(type), unit: this.string(unit) };
  }
}

function beyond(what: string, index: number, length: number): string {
  return `${what} ${index} is beyond the table of ${length}`;
}

/** What OTLP profiles, one value type each, become together: one profile, a column per distinct type. */
export function resolveProfile(
  profiles: readonly OtlpProfile[],
  dictionary: Dictionary,
  limits: ReaderLimits
): Profile {
  const measures = profiles.map((profile) => measuresOf(profile, dictionary));
  const types = distinctTypes(measures);
  const builder = new ProfileBuilder(types);
  const { startNs, durationNs } = windowOf(profiles);
  const resolver = new Resolver(builder, dictionary, limits, startNs);
  profiles.forEach(({ samples }, i) => {
    const factors = types.map((type) => measures[i].find((one) => sameType(one.type, type))?.factor ?? 0);
    resolver.addSamples(samples, factors);
  });
  return builder.finish({ startNs, durationNs, period: periodOf(profiles, dictionary) });
}

export function sameType(a: ValueType, b: ValueType): boolean {
  return a.type === b.type && a.unit === b.unit;
}

/** A value type, and what a profile's values are multiplied by to get it. */
interface Measure {
  readonly type: ValueType;
  readonly factor: number;
}

const countUnit = /^(?:count|samples)?$/i;
const timeUnit = /^(?:ns|nanoseconds?|us|microseconds?|ms|milliseconds?|s|seconds?)$/i;

/** The profile's own type first. Counted samples whose period is a time say that time as well. */
function measuresOf(profile: OtlpProfile, dictionary: Dictionary): Measure[] {
  const type = dictionary.valueType(profile.type);
  const period = dictionary.valueType(profile.periodType);
  const timed = countUnit.test(type.unit) && timeUnit.test(period.unit) && period.type !== '' && profile.period > 0;
  return [{ type, factor: 1 }, ...(timed ? [{ type: period, factor: profile.period }] : [])];
}

/** Own types first; what follows from a period is left out where another profile measured it, or it would count twice. */
function distinctTypes(measures: readonly Measure[][]): ValueType[] {
  const own = withoutRepeats(measures.map(([first]) => first.type));
  const derived = measures.flatMap((all) => all.slice(1).map(({ type }) => type));
  const measured = (type: ValueType) => own.some((one) => one.type === type.type && timeUnit.test(one.unit));
  return withoutRepeats([...own, ...derived.filter((type) => !measured(type))]);
}

function withoutRepeats(types: readonly ValueType[]): ValueType[] {
  return types.filter((type, i) => types.findIndex((one) => sameType(one, type)) === i);
}

function windowOf(profiles: readonly OtlpProfile[]): { startNs: bigint; durationNs: number } {
  const timed = profiles.filter(({ timeNs }) => timeNs > 0n);
  if (timed.length === 0) {
    return { startNs: 0n, durationNs: Math.max(0, ...profiles.map(({ durationNs }) => durationNs)) };
  }
  const startNs = timed.reduce((first, { timeNs }) => (timeNs < first ? timeNs : first), timed[0].timeNs);
  const ends = timed.map(({ timeNs, durationNs }) => Number(timeNs - startNs) + durationNs);
  const durationNs = Math.max(...ends);
  return { startNs, durationNs: Number.isSafeInteger(durationNs) ? durationNs : 0 };
}

/** Only one that all profiles share tells what a sample of the file stands for. */
function periodOf(profiles: readonly OtlpProfile[], dictionary: Dictionary): SamplingPeriod | undefined {
  const [first] = profiles;
  const shared = profiles.every(({ period, periodType }) => {
    return (
      period === first.period && periodType.type === first.periodType.type && periodType.unit === first.periodType.unit
    );
  });
  const type = first && shared ? dictionary.valueType(first.periodType) : undefined;
  return type && type.type !== '' && first.period > 0 ? { ...type, value: first.period } : undefined;
}

/** What profilers call the kinds of frames, in the attribute `profile.frame.type`. */
const frameTypes: Readonly<Record<string, { readonly language: Language | ''; readonly kind?: FrameKind }>> = {
  kernel: { language: '', kind: 'kernel' },
  native: { language: 'cpp', kind: 'native' },
  jvm: { language: 'java' },
  cpython: { language: 'python' },
  v8js: { language: 'node' },
  dotnet: { language: 'dotnet' },
  php: { language: 'php' },
  phpjit: { language: 'php' },
  ruby: { language: 'ruby' },
  go: { language: 'go' },
  rust: { language: 'rust' },
};

/** Writes samples; stacks, locations and attribute lists are worked out once. */
class Resolver {
  private readonly frames: FrameMaker;
  private readonly stacks: StackWriter;
  private readonly locations: Array<readonly number[] | undefined> = [];
  private readonly plainStacks: Array<number | undefined> = [];

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly dictionary: Dictionary,
    limits: ReaderLimits,
    private readonly startNs: bigint
  ) {
    this.frames = new FrameMaker(builder, limits, dictionary.source);
    this.stacks = new StackWriter(builder, limits, dictionary.source);
  }

  /** `factors`: per column, what the samples' values are multiplied by. */
  addSamples(samples: OtlpSamples, factors: readonly number[]): void {
    const lists = samples.attributeLists.map((list) => this.readAttributes(list));
    const contexts = new Map<string, number>();
    for (let i = 0; i < samples.stack.length; i++) {
      const { fields, detail } = lists[samples.attributes[i]];
      const key = `${samples.attributes[i]}/${samples.link[i]}`;
      let context = contexts.get(key);
      if (context === undefined) {
        context = this.builder.context({ ...fields, ...this.linkOf(samples.link[i]) });
        contexts.set(key, context);
      }
      const stack = this.stackOf(samples.stack[i], detail);
      const moments = samples.moments.get(i);
      if (moments === undefined) {
        this.stacks.sample(stack, context, ...factors.map((factor) => factor * samples.value[i]));
      } else {
        this.addMoments(moments, stack, context, factors);
      }
    }
  }

  private addMoments(moments: readonly OtlpMoment[], stack: number, context: number, factors: readonly number[]): void {
    for (const { timeNs, value } of moments) {
      this.stacks.sample(stack, context, ...factors.map((factor) => factor * value));
      this.builder.sampleTime(Number(timeNs - this.startNs));
    }
  }

  private readAttributes(list: readonly number[]): { fields: ContextFields; detail: Detail | undefined } {
    const maker = new ContextMaker();
    for (const index of list) {
      const { key, value } = this.dictionary.attribute(index);
      maker.add(key, value);
    }
    return { fields: maker.fields(), detail: maker.detail() };
  }

  private linkOf(index: number): ContextFields {
    const link = this.dictionary.entry('link', this.dictionary.tables.links, index);
    return link ?? {};
  }

  private stackOf(index: number, detail: Detail | undefined): number {
    const known = detail === undefined ? this.plainStacks[index] : undefined;
    if (known !== undefined) {
      return known;
    }
    if (detail !== undefined) {
      this.stacks.push(this.builder.detailFrame(detail.kind, detail.value));
    }
    const { stacks } = this.dictionary.tables;
    for (const location of this.dictionary.entry('stack', stacks, index) ?? []) {
      this.framesOf(location).forEach((frame) => this.stacks.push(frame));
    }
    const stack = this.stacks.leafFirst();
    if (detail === undefined) {
      this.plainStacks[index] = stack;
    }
    return stack;
  }

  private framesOf(index: number): readonly number[] {
    const known = this.locations[index];
    if (known !== undefined) {
      return known;
    }
    const { locations } = this.dictionary.tables;
    const location = this.dictionary.entry('location', locations, index);
    const frames = location === undefined ? [] : this.makeFrames(location);
    this.locations[index] = frames;
    return frames;
  }

  private makeFrames(location: OtlpLocation): number[] {
    const mapping = this.dictionary.entry('mapping', this.dictionary.tables.mappings, location.mapping);
    const path = mapping === undefined ? '' : this.dictionary.string(mapping.file);
    const base = { mapping: path, ...this.typeOf(location) };
    const named = location.lines.flatMap(({ function: index, line }) => this.nameOf(index, line, base) ?? []);
    if (named.length > 0) {
      return named.map((frame) => this.frames.named(frame));
    }
    const { address } = location;
    if (address === 0n && path === '') {
      return [this.frames.named({ name: '(unnamed)' })];
    }
    const inside = mapping !== undefined && address >= mapping.start && address < mapping.limit;
    return [this.frames.addressIn(path, inside ? address - mapping.start + mapping.fileOffset : address)];
  }

  private nameOf(index: number, line: number, base: Omit<NamedFrame, 'name'>): NamedFrame | undefined {
    const found = this.dictionary.entry('function', this.dictionary.tables.functions, index);
    const name = found && (this.dictionary.string(found.name) || this.dictionary.string(found.systemName));
    return found && name ? { ...base, name, file: this.dictionary.string(found.file), line } : undefined;
  }

  private typeOf({ attributes }: OtlpLocation): { language?: Language | ''; kind?: FrameKind } {
    for (const index of attributes) {
      const { key, value } = this.dictionary.attribute(index);
      if (key === 'profile.frame.type' && Object.hasOwn(frameTypes, value)) {
        return frameTypes[value];
      }
    }
    return {};
  }
}
