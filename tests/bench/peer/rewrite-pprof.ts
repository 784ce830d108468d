import { gunzipSync, gzipSync } from 'node:zlib';
import { ProtobufWriter } from '../generator/protobuf-writer';
import { makeRandom, type Random } from '../generator/random';

/** A pprof file cut at its top level: samples, and all else as it was. */
export interface CutPprof {
  /** As the producer left it on disk. */
  readonly compressed: boolean;
  readonly samples: readonly CutSample[];
  /** Fields before and behind the time of the recording, samples left out. */
  readonly others: Uint8Array;
  readonly locations: number;
}

interface CutSample {
  readonly whole: Uint8Array;
  readonly locations: readonly number[];
  readonly values: readonly number[];
  readonly labels: Uint8Array;
}

const sampleField = 2;
const locationField = 4;
const timeField = 9;

export function cutPprof(file: Uint8Array): CutPprof {
  const compressed = file[0] === 0x1f && file[1] === 0x8b;
  const bytes = compressed ? gunzipSync(file) : file;
  const others: Uint8Array[] = [];
  const samples: CutSample[] = [];
  let locations = 0;
  for (const field of fieldsOf(bytes)) {
    if (field.number === sampleField) {
      samples.push(cutSample(field.payload, field.whole));
    } else if (field.number !== timeField) {
      locations += field.number === locationField ? 1 : 0;
      others.push(field.whole);
    }
  }
  return { compressed, samples, others: Buffer.concat(others), locations };
}

interface Field {
  readonly number: number;
  readonly wire: number;
  readonly value: number;
  readonly payload: Uint8Array;
  readonly whole: Uint8Array;
}

function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const start = at;
    const [tag, afterTag] = readVarint(bytes, at);
    const [value, afterValue] = readVarint(bytes, afterTag);
    at = tag % 8 === 2 ? afterValue + value : afterValue;
    const payload = tag % 8 === 2 ? bytes.subarray(afterValue, at) : noBytes;
    yield { number: tag >> 3, wire: tag % 8, value, payload, whole: bytes.subarray(start, at) };
  }
}

const noBytes = new Uint8Array(0);

function readVarint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  let at = start;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      return [value, at];
    }
  }
}

function cutSample(bytes: Uint8Array, whole: Uint8Array): CutSample {
  const locations: number[] = [];
  const values: number[] = [];
  const labels: Uint8Array[] = [];
  for (const { number, wire, value, payload, whole: field } of fieldsOf(bytes)) {
    const target = number === 1 ? locations : values;
    if (number > 2) {
      labels.push(field);
    } else if (wire === 2) {
      target.push(...varints(payload));
    } else {
      target.push(value);
    }
  }
  return { whole, locations, values, labels: Buffer.concat(labels) };
}

function varints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, end] = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** The same profile, recorded at another time. With a seed: every value up to half more or less, and 5 % of the stacks fresh. */
export function pprofAt(cut: CutPprof, startMs: number, churnSeed?: number): Uint8Array<ArrayBuffer> {
  const out = new ProtobufWriter(cut.others.length + cut.samples.length * 64);
  const random = churnSeed === undefined ? undefined : makeRandom(churnSeed);
  const scratch = new ProtobufWriter();
  const message = new ProtobufWriter();
  for (const sample of cut.samples) {
    if (random === undefined) {
      out.raw(sample.whole);
    } else {
      writeChurned(sample, cut.locations, random, { message, scratch });
      out.message(sampleField, message);
    }
  }
  out.raw(cut.others);
  out.bigint(timeField, BigInt(startMs) * 1_000_000n);
  const bytes = out.finish();
  return cut.compressed ? new Uint8Array(gzipSync(bytes, { level: 1 })) : bytes;
}

function writeChurned(
  { locations, values, labels }: CutSample,
  known: number,
  random: Random,
  { message, scratch }: { readonly message: ProtobufWriter; readonly scratch: ProtobufWriter }
): void {
  const factor = 0.5 + random.next();
  const isFresh = locations.length > 1 && random.next() < 0.05;
  const ids = isFresh ? [locations[random.below(locations.length)], 1 + random.below(known), ...locations] : locations;
  message.clear();
  message.packed(1, ids, scratch);
  message.packed(
    2,
    values.map((value) => (value === 0 ? 0 : Math.max(1, Math.round(value * factor)))),
    scratch
  );
  message.raw(labels);
}
