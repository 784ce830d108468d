/**
 * Sends recorded uploads of real clients (tests/fixtures/uploads) to a running store, shifted to now.
 * The newest copy of each recording is sent as it was recorded, only the times in its event part are moved. Older copies
 * fill the past: their span ids are changed (or every copy would be the same request) and a seeded part of their samples is
 * left out (or every chart would be a flat line).
 *
 * node scripts/demo-data.mjs [--url http://127.0.0.1:4140] [--minutes 45] [--keep-sending] [--without METHOD]
 */
import Busboy from '@fastify/busboy';
import { decompress as unzstd } from 'fzstd';
import fs from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gunzipSync, gzipSync } from 'node:zlib';
import { Profile } from 'pprof-format';

const recordings = path.resolve(import.meta.dirname, '../tests/fixtures/uploads/recordings');
const corpus = path.resolve(import.meta.dirname, '../tests/fixtures/corpus');

/** Recordings that keep coming, one a minute; each is one process of one service. */
const streams = ['dd-python-2', 'dd-go-2', 'dd-node-2'];
/** Recordings and files that are sent once. */
const singles = ['dd-python-3-shutdown', 'dd-node-1', 'dd-java-ddprof-2'];
const files = [
  ['go-cpu-guance.pprof', { service: 'fibonacci', env: 'demo', version: '0.9', language: 'go' }],
  ['python-ddtrace-guance.pprof', { service: 'guance-python', env: 'demo', language: 'python' }],
];

/** The parts of a recorded multipart body: [{ field, fileName, bytes }] in wire order. */
export function readParts(name) {
  const request = JSON.parse(fs.readFileSync(path.join(recordings, `${name}.http.json`), 'utf8'));
  const headers = Object.fromEntries(request.headers.map(([key, value]) => [key.toLowerCase(), value]));
  return new Promise((resolve, reject) => {
    const parts = [];
    const form = new Busboy({ headers: { 'content-type': headers['content-type'] } });
    form.on('file', (field, stream, fileName) => {
      const chunks = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      stream.on('end', () => parts.push({ field, fileName, bytes: Buffer.concat(chunks) }));
    });
    form.on('field', (field, text) => parts.push({ field, bytes: Buffer.from(text) }));
    form.on('finish', () => resolve(parts)).on('error', reject);
    Readable.from([fs.readFileSync(path.join(recordings, `${name}.body`))]).pipe(form);
  });
}

const isEvent = (part) => part.field === 'event';

/** The parts with the event's window moved so that it ends at `endMs`, and some tags changed. */
export function shiftTo(parts, endMs, tags = {}) {
  return parts.map((part) => {
    if (!isEvent(part)) {
      return part;
    }
    const event = JSON.parse(part.bytes.toString('utf8'));
    const durationMs = Date.parse(event.end) - Date.parse(event.start);
    event.start = new Date(endMs - durationMs).toISOString();
    event.end = new Date(endMs).toISOString();
    for (const [key, value] of Object.entries(tags)) {
      event.tags_profiler = event.tags_profiler.replace(new RegExp(`(^|,)${key}:[^,]*`), `$1${key}:${value}`);
    }
    return { ...part, bytes: Buffer.from(JSON.stringify(event)) };
  });
}

function decompressed(bytes) {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    return gunzipSync(bytes);
  }
  return bytes.readUInt32LE(0) === 0xfd2fb528 ? unzstd(bytes) : bytes;
}

/** Small seeded generator (mulberry32): the demo looks the same on every machine. */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const spanKeys = new Set(['span id', 'local root span id']);

/** Span ids xor `salt`, as numbers or as decimal strings, whichever the client uses. */
function changeSpans(profile, salt) {
  const strings = profile.stringTable.strings;
  const keys = new Set(strings.flatMap((text, index) => (spanKeys.has(text) ? [index] : [])));
  for (const { label } of profile.sample) {
    for (const entry of label) {
      if (!keys.has(Number(entry.key))) {
        continue;
      }
      if (entry.str) {
        const id = BigInt.asUintN(64, BigInt(strings[Number(entry.str)]) ^ salt);
        entry.str = profile.stringTable.dedup(String(id));
      } else {
        entry.num = BigInt.asUintN(64, BigInt(entry.num) ^ salt);
      }
    }
  }
}

function namesOf(profile) {
  const functions = new Map(profile.function.map((f) => [Number(f.id), profile.stringTable.strings[Number(f.name)]]));
  return new Map(
    profile.location.map((l) => [Number(l.id), l.line.map((line) => functions.get(Number(line.functionId)))])
  );
}

/** Another upload of the same program: other requests, a share of the samples, without the stacks through one method. */
export function vary(part, { salt, share, random, without }) {
  const profile = Profile.decode(decompressed(part.bytes));
  const names = without ? namesOf(profile) : undefined;
  const runs = (sample) => sample.locationId.some((id) => names.get(Number(id))?.includes(without));
  profile.sample = profile.sample.filter((sample) => random() < share && !(names && runs(sample)));
  changeSpans(profile, salt);
  return { ...part, bytes: gzipSync(profile.encode(), { level: 1 }) };
}

const isPprof = (part) => /\.pprof$/.test(part.fileName ?? '');

async function post(url, route, body, headers = {}) {
  const response = await fetch(new URL(route, url), { method: 'POST', body, headers });
  if (!response.ok) {
    throw new Error(`${route}: HTTP ${response.status} ${await response.text()}`);
  }
}

export async function send(url, parts) {
  const form = new FormData();
  for (const { field, fileName, bytes } of parts) {
    form.append(field, new Blob([bytes]), fileName ?? field);
  }
  await post(url, '/profiling/v1/input', form);
}

/** One copy of every stream, ending at `endMs`; `index` = minutes before now, 0 = as recorded; each `seed` has its own spans. */
async function sendStreams(url, streamParts, endMs, index, without, seed = index + 1) {
  const random = randomFrom(seed);
  for (const parts of streamParts) {
    const share = index === 0 ? 1 : 0.55 + 0.4 * Math.abs(Math.sin(index / 6)) * (0.8 + 0.2 * random());
    const salt = BigInt(Math.floor(random() * 2 ** 52)) * 2048n;
    const changed =
      index === 0 && !without ? parts : parts.map((p) => (isPprof(p) ? vary(p, { salt, share, random, without }) : p));
    const version = index > 15 ? { version: '1.2.2' } : {};
    await send(url, shiftTo(changed, endMs, version));
  }
}

async function sendOnce(url, nowMs) {
  for (const [i, name] of singles.entries()) {
    await send(url, shiftTo(await readParts(name), nowMs - (i + 2) * 90_000));
  }
  for (const [name, labels] of files) {
    const query = new URLSearchParams({ ...labels, start: String(nowMs - 240_000), end: String(nowMs - 180_000) });
    await post(url, `/api/v1/upload?${query}`, fs.readFileSync(path.join(corpus, name)), {
      'content-type': 'application/octet-stream',
    });
  }
}

/** Sends the newest copies first, so that a first flame graph can be looked at while the past is filled. */
export async function sendDemoData({ url, minutes = 45, without, onProgress = () => {} }) {
  const nowMs = Date.now();
  const streamParts = await Promise.all(streams.map(readParts));
  await sendStreams(url, streamParts, nowMs - 2_000, 0, without);
  await sendOnce(url, nowMs);
  onProgress(0, minutes);
  for (let minute = 1; minute <= minutes; minute++) {
    await sendStreams(url, streamParts, nowMs - minute * 60_000, minute, without);
    onProgress(minute, minutes);
  }
}

/** One more copy of every stream a minute, until the process ends. */
export async function keepSending({ url, without, everyMs = 60_000 }) {
  const streamParts = await Promise.all(streams.map(readParts));
  for (let round = 1000; ; round++) {
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    await sendStreams(url, streamParts, Date.now(), 1 + (round % 15), without, round).catch((error) =>
      console.error(error.message)
    );
  }
}

async function main() {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: process.env.HOTSPAN_URL ?? 'http://127.0.0.1:4140' },
      minutes: { type: 'string', default: '45' },
      without: { type: 'string' },
      'keep-sending': { type: 'boolean', default: false },
      every: { type: 'string', default: '60' },
    },
  });
  const onProgress = (done, all) => process.stdout.write(`\rsent ${done} of ${all} minutes `);
  await sendDemoData({ url: values.url, minutes: Number(values.minutes), without: values.without, onProgress });
  console.log('done');
  if (values['keep-sending']) {
    await keepSending({ url: values.url, without: values.without, everyMs: Number(values.every) * 1000 });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main();
}
