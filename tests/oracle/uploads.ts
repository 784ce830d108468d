import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Busboy } from '@fastify/busboy';
import { decompress as unzstd } from 'fzstd';

export const fixtures = path.resolve('tests/fixtures');

/** What `EXPECTED.json` says about a pprof file. */
export interface PprofFacts {
  samples: number;
  time_nanos: string;
  duration_nanos: number;
  period: number;
  period_type?: string;
  labels: Record<string, { kind: string; samples: number; distinct: number; examples: string[] }>;
  sample_types: Array<{
    type: string;
    unit: string;
    total: number;
    nonzero_samples: number;
    top5_flat?: NamedValue[];
    top5_cum?: NamedValue[];
    by_thread_name?: NamedValue[];
    by_trace_endpoint?: NamedValue[];
  }>;
}

export interface NamedValue {
  name: string;
  value: number;
}

interface Expected {
  content_type?: string;
  content_encoding?: string | null;
  pprof?: PprofFacts;
  parts?: Array<{ name: string; filename?: string; pprof?: PprofFacts }>;
  push_series?: Array<{ samples: Array<{ pprof: PprofFacts }> }>;
}

export interface PprofFixture {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  facts: PprofFacts;
}

/** Every pprof file in the recorded uploads and single files, decompressed, with the oracle's facts. */
export async function pprofUploads(): Promise<PprofFixture[]> {
  const folder = path.join(fixtures, 'uploads');
  const all: Record<string, Expected> = JSON.parse(readFileSync(path.join(folder, 'EXPECTED.json'), 'utf8'));
  const result: PprofFixture[] = [];
  for (const [name, expected] of Object.entries(all)) {
    if (name !== '_meta') {
      result.push(...(await pprofsOf(folder, name, expected)));
    }
  }
  return result;
}

async function pprofsOf(folder: string, name: string, expected: Expected): Promise<PprofFixture[]> {
  const read = () => plain(readFileSync(path.join(folder, name.startsWith('recordings/') ? `${name}.body` : name)));
  if (expected.pprof) {
    return [{ name, bytes: read(), facts: expected.pprof }];
  }
  if (expected.push_series) {
    const [bytes] = pushedProfiles(read());
    return [{ name, bytes: plain(bytes), facts: expected.push_series[0].samples[0].pprof }];
  }
  if (!expected.parts?.some(({ pprof }) => pprof)) {
    return [];
  }
  const bodies = await multipartParts(read(), expected.content_type ?? '');
  return expected.parts.flatMap(({ name: part, pprof }, i) =>
    pprof ? [{ name: `${name} ${part}`, bytes: plain(bodies[i].bytes), facts: pprof }] : []
  );
}

/** The public corpus: files that `expected-pprof.json` knows. */
export function pprofCorpus(): Array<{ name: string; bytes: Uint8Array<ArrayBuffer>; facts: CorpusFacts }> {
  const folder = path.join(fixtures, 'corpus');
  const all: Record<string, CorpusFacts> = JSON.parse(readFileSync(path.join(folder, 'expected-pprof.json'), 'utf8'));
  const present = new Set(readdirSync(folder));
  return Object.entries(all)
    .filter(([name]) => present.has(name))
    .map(([name, facts]) => ({ name, bytes: plain(readFileSync(path.join(folder, name))), facts }));
}

/** By `type/unit`; entries of the tops are [name, flat, cumulative]. */
export type CorpusFacts = Record<
  string,
  {
    total: number;
    functions: number;
    top_flat: Array<[string, number, number]>;
    top_cum: Array<[string, number, number]>;
  }
>;

/** Decompressed by magic bytes. */
export function plain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const magic = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  const result = magic.startsWith('1f8b') ? gunzipSync(bytes) : magic === '28b52ffd' ? unzstd(bytes) : bytes;
  return result === bytes ? new Uint8Array(bytes) : plain(result);
}

export interface RecordedPart {
  readonly name: string;
  /** Absent = a plain field. */
  readonly fileName?: string;
  readonly bytes: Uint8Array;
}

/** All parts of a form, in order; plain fields as their text. */
export function multipartParts(body: Uint8Array, contentType: string): Promise<RecordedPart[]> {
  return new Promise((resolve, reject) => {
    const parts: RecordedPart[] = [];
    const parser = new Busboy({
      headers: { 'content-type': contentType },
      isPartAFile: (_name, type, fileName) => fileName !== undefined || type === 'application/octet-stream',
    });
    parser.on('file', (name, stream, fileName) => {
      const index = parts.push({ name, fileName, bytes: new Uint8Array() }) - 1;
      const chunks: Uint8Array[] = [];
      stream.on('data', (chunk: Uint8Array) => chunks.push(chunk));
      stream.on('end', () => (parts[index] = { name, fileName, bytes: Buffer.concat(chunks) }));
    });
    parser.on('field', (name, value) => parts.push({ name, bytes: Buffer.from(value) }));
    parser.on('finish', () => resolve(parts));
    parser.on('error', reject);
    parser.end(body);
  });
}

/** PushRequest { series = 1 { samples = 2 { raw_profile = 1 } } }: the profiles, by walking length-delimited fields. */
function pushedProfiles(request: Uint8Array): Uint8Array[] {
  return fieldsOf(request, 1).flatMap((series) => fieldsOf(series, 2).flatMap((sample) => fieldsOf(sample, 1)));
}

function fieldsOf(message: Uint8Array, wanted: number): Uint8Array[] {
  const found: Uint8Array[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = message[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      length |= (message[at] & 0x7f) << shift;
      if (message[at++] < 0x80) {
        break;
      }
    }
    if ((tag & 7) === 2) {
      if (tag >> 3 === wanted) {
        found.push(message.subarray(at, at + length));
      }
      at += length;
    }
  }
  return found;
}
