import { languageOfFile } from '../../../src/model/frame-names';
import type { Language } from '../../../src/model/language';
import {
  type FrameIndex,
  type Profile,
  ReaderError,
  type ReaderLimits,
  type ValueType,
} from '../../../src/model/profile';
import { ProfileBuilder } from '../../../src/model/profile-builder';
import { FrameMaker } from '../frames';
import { JsonFile, type JsonObject, jsonOutline, numberOr, textOr } from '../json';
import { OpenFrames } from '../open-frames';
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';

/** Speedscope's own file format: frames once, then `sampled` or `evented` profiles, usually one per thread. */
export const speedscopeReader: Reader = { format: 'speedscope', sniff: looksLikeSpeedscope, read: readSpeedscope };

function looksLikeSpeedscope(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  return kind === 'object' && keys.has('profiles') && (keys.has('shared') || keys.has('$schema'));
}

function readSpeedscope(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikeSpeedscope(bytes)) {
    throw new ReaderError('speedscope', 0, 'not a speedscope file', 'notMine');
  }
  const json = new JsonFile(bytes, 'speedscope');
  const root = json.object(json.root, 'the file');
  const exporter = textOr(root.exporter, '');
  const profiles = json.array(root.profiles, '`profiles`').map((profile) => describe(json, profile, exporter));
  const columns = new Columns(profiles.map(({ type }) => type));
  const builder = new ProfileBuilder(columns.types);
  const stacks = new StackWriter(builder, limits, json);
  const frames = readFrames(json, root, new FrameMaker(builder, limits, json));
  for (const profile of profiles) {
    const context = builder.context({ thread: profiles.length > 1 ? threadOf(profile.name) : '' });
    const column = columns.of(profile.type);
    const add = (stack: number, value: number) => stacks.sample(stack, context, ...columns.row(column, value));
    if (profile.kind === 'sampled') {
      readSampled(json, profile, frames, stacks, add);
    } else {
      readEvented(json, profile, frames, new OpenFrames(stacks, context, json, (stack, _, value) => add(stack, value)));
    }
  }
  return builder.finish({ durationNs: durationOf(profiles) });
}

interface SpeedscopeProfile {
  readonly kind: 'sampled' | 'evented';
  readonly name: string;
  readonly type: ValueType;
  /** Multiplies the file's values to whole units of `type`. */
  readonly factor: number;
  readonly start: number;
  readonly end: number;
  readonly content: JsonObject;
}

const timeFactors: Readonly<Record<string, number>> = {
  nanoseconds: 1,
  microseconds: 1e3,
  milliseconds: 1e6,
  seconds: 1e9,
};

function describe(json: JsonFile, value: unknown, exporter: string): SpeedscopeProfile {
  const content = json.object(value, 'a profile');
  const kind = content.type;
  if (kind !== 'sampled' && kind !== 'evented') {
    return json.fail(`a profile of the type "${textOr(kind, '?').slice(0, 40)}": only sampled and evented are known`);
  }
  const unit = textOr(content.unit, 'none');
  const factor = Object.hasOwn(timeFactors, unit) ? timeFactors[unit] : 1;
  return {
    kind,
    name: textOr(content.name, ''),
    type: typeOf(unit, exporter),
    factor,
    start: numberOr(content.startValue, 0) * factor,
    end: numberOr(content.endValue, 0) * factor,
    content,
  };
}

/** The file says units, not what was measured: py-spy leaves idle threads out, others measure the time that passes. */
function typeOf(unit: string, exporter: string): ValueType {
  if (unit === 'bytes') {
    return { type: 'memory', unit };
  }
  if (!Object.hasOwn(timeFactors, unit)) {
    return { type: 'samples', unit: 'count' };
  }
  return { type: exporter.startsWith('py-spy') ? 'cpu' : 'time', unit: 'nanoseconds' };
}

/** The distinct value types of all profiles. */
class Columns {
  readonly types: readonly ValueType[];

  constructor(all: readonly ValueType[]) {
    this.types = [...new Map(all.map((type) => [`${type.type}/${type.unit}`, type])).values()];
  }

  of(type: ValueType): number {
    return this.types.findIndex((one) => one.type === type.type && one.unit === type.unit);
  }

  row(column: number, value: number): number[] {
    return this.types.map((_, i) => (i === column ? value : 0));
  }
}

function durationOf(profiles: readonly SpeedscopeProfile[]): number {
  const timed = profiles.filter(({ type }) => type.unit === 'nanoseconds');
  const start = Math.min(...timed.map((profile) => profile.start));
  const end = Math.max(...timed.map((profile) => profile.end));
  return end > start && end - start <= Number.MAX_SAFE_INTEGER ? Math.round(end - start) : 0;
}

/** py-spy: `Thread 16242 "web-orders"`; of a thread without a name, its number. */
function threadOf(name: string): string {
  const found = /^(?:Process \d+ )?Thread (\w+)(?: "(.*)")?$/.exec(name.slice(0, 500));
  return found ? found[2] || found[1] : name;
}

function readFrames(json: JsonFile, root: JsonObject, maker: FrameMaker): FrameIndex[] {
  const list = json.array(json.object(root.shared, '`shared`').frames, '`shared.frames`');
  const main = list.length > 0 ? mainLanguage(json, list) : '';
  return list.map((value) => {
    const frame = json.object(value, 'a frame');
    const file = textOr(frame.file, '');
    return maker.named({
      name: json.text(frame.name, "a frame's name") || '(unnamed)',
      file,
      line: numberOr(frame.line, 0),
      language: languageOfFile(file) || main,
    });
  });
}

/** The first file that shows a language decides for frames without a file. */
function mainLanguage(json: JsonFile, list: readonly unknown[]): Language | '' {
  for (const value of list) {
    const language = languageOfFile(textOr(json.optionalObject(value).file, ''));
    if (language !== '') {
      return language;
    }
  }
  return '';
}

function readSampled(
  json: JsonFile,
  { content, factor }: SpeedscopeProfile,
  frames: readonly FrameIndex[],
  stacks: StackWriter,
  add: (stack: number, value: number) => void
): void {
  const samples = json.array(content.samples, '`samples`');
  const weights = json.optionalArray(content.weights, '`weights`');
  if (weights.length !== samples.length && weights.length > 0) {
    json.fail(`${samples.length} samples, but ${weights.length} weights`);
  }
  samples.forEach((sample, i) => {
    for (const frame of json.array(sample, 'a sample')) {
      stacks.push(frames[json.index(frame, frames.length, 'frame')]);
    }
    const weight = weights.length > 0 ? json.number(weights[i], 'a weight') : 1;
    add(stacks.rootFirst(), Math.round(weight * factor));
  });
}

function readEvented(
  json: JsonFile,
  { content, factor, end }: SpeedscopeProfile,
  frames: readonly FrameIndex[],
  open: OpenFrames
): void {
  for (const value of json.array(content.events, '`events`')) {
    const event = json.object(value, 'an event');
    const frame = frames[json.index(event.frame, frames.length, 'frame')];
    open.advance(Math.round(json.number(event.at, 'the time of an event') * factor));
    if (event.type === 'O') {
      open.push(frame);
    } else if (event.type !== 'C') {
      json.fail('an event neither opens nor closes a frame');
    } else if (open.pop() !== frame) {
      json.fail('a frame is closed while another one is the innermost');
    }
  }
  if (open.depth > 0) {
    open.advance(Math.round(end));
  }
}
