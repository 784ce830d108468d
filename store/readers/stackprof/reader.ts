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
import type { Reader } from '../reader';
import { StackWriter } from '../stack-writer';

/** Ruby's stackprof as JSON (`stackprof --json`), recorded with `raw: true`. */
export const stackprofReader: Reader = { format: 'stackprof', sniff: looksLikeStackprof, read: readStackprof };

function looksLikeStackprof(bytes: Uint8Array): boolean {
  const { kind, keys } = jsonOutline(bytes);
  return kind === 'object' && keys.has('frames') && keys.has('mode') && keys.has('samples');
}

/** What an interval of each mode counts: microseconds, or allocated objects. */
const modes: Readonly<Record<string, { readonly type: ValueType; readonly factor: number }>> = {
  wall: { type: { type: 'wall', unit: 'nanoseconds' }, factor: 1000 },
  cpu: { type: { type: 'cpu', unit: 'nanoseconds' }, factor: 1000 },
  object: { type: { type: 'alloc_objects', unit: 'count' }, factor: 1 },
};

function readStackprof(bytes: Uint8Array, limits: ReaderLimits): Profile {
  if (!looksLikeStackprof(bytes)) {
    throw new ReaderError('stackprof', 0, 'not a stackprof file', 'notMine');
  }
  const json = new JsonFile(bytes, 'stackprof');
  const root = json.object(json.root, 'the file');
  const name = textOr(root.mode, '');
  const mode = Object.hasOwn(modes, name) ? modes[name] : undefined;
  const builder = new ProfileBuilder([{ type: 'samples', unit: 'count' }, ...(mode ? [mode.type] : [])]);
  const stacks = new StackWriter(builder, limits, json);
  const frames = readFrames(json, root, new FrameMaker(builder, limits, json));
  const perSample = (mode?.factor ?? 1) * numberOr(root.interval, 1);
  readRaw(json, root, frames, stacks, (stack, count) =>
    stacks.sample(stack, 0, count, ...(mode ? [Math.round(count * perSample)] : []))
  );
  return builder.finish({ durationNs: durationNs(json, root) });
}

function readFrames(json: JsonFile, root: JsonObject, maker: FrameMaker): ReadonlyMap<string, FrameIndex> {
  const frames = new Map<string, FrameIndex>();
  for (const [id, value] of Object.entries(json.object(root.frames, '`frames`'))) {
    const frame = json.object(value, 'a frame');
    const named = { name: textOr(frame.name, '') || '(unnamed)', file: textOr(frame.file, '') };
    frames.set(id, maker.named({ ...named, line: numberOr(frame.line, 0), language: 'ruby' }));
  }
  return frames;
}

/** `raw`: how many frames, the frames' ids from the root on, how often; and so on. */
function readRaw(
  json: JsonFile,
  root: JsonObject,
  frames: ReadonlyMap<string, FrameIndex>,
  stacks: StackWriter,
  add: (stack: number, count: number) => void
): void {
  if (root.raw === undefined || root.raw === null) {
    json.fail('it has sums but no stacks: record with raw: true (stackprof --raw)');
  }
  const raw = json.array(root.raw, '`raw`');
  for (let at = 0; at < raw.length; ) {
    const length = json.index(raw[at], raw.length - at - 1, 'the length of a stack');
    for (const id of raw.slice(at + 1, at + 1 + length)) {
      stacks.push(frames.get(String(id)) ?? json.fail('a stack names a frame that is not there'));
    }
    at += length + 1;
    add(stacks.rootFirst(), json.number(raw[at++], 'a count'));
  }
}

function durationNs(json: JsonFile, root: JsonObject): number {
  const deltas = json.optionalArray(root.raw_timestamp_deltas, '`raw_timestamp_deltas`');
  const us = deltas.reduce<number>((sum, delta) => sum + numberOr(delta, 0), 0);
  return us > 0 && us < Number.MAX_SAFE_INTEGER / 1000 ? Math.round(us * 1000) : 0;
}
