import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import zlib from 'node:zlib';
import { zipSync } from 'fflate';
import lz4 from 'lz4js';
import { defaultReaderLimits, ReaderError } from '../../src/model/profile';
import { checkProfile } from '../../src/model/profile-check';
import { type ContentHasher, makeContentHasher } from '../../store/ingest/content-ids';
import { readContextNames } from '../../store/ingest/pyroscope/context-names';
import type { Intake, UploadRequest } from '../../store/ingest/upload-request';
import { readers, sniffReader } from '../../store/readers/readers';
import { readFixture, readerFixtures, singleFiles } from '../oracle/readers';
import { plain } from '../oracle/uploads';
import { fieldTargets } from './field-targets';
import { refused, requestOf, runRequest } from './requests';

/** Something that takes bytes from outside. */
export interface FuzzTarget {
  readonly name: string;
  readonly seeds: ReadonlyArray<{ readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> }>;
  /** True = read; throws what no damaged file may make it throw. */
  run(bytes: Uint8Array<ArrayBuffer>): Promise<boolean>;
}

const largestSeed = 400_000;
const seedsPerTarget = 6;

/** Every reader, and every way in with what it decodes before a reader is asked. */
export async function fuzzTargets(): Promise<FuzzTarget[]> {
  const hasher = await makeContentHasher();
  return [...readerTargets(), ...requestTargets(hasher), ...(await fieldTargets(hasher)), labelsTarget()];
}

function readerTargets(): FuzzTarget[] {
  const files = [
    ...singleFiles().map((name) => ({ name, bytes: plain(readFixture(name)) })),
    ...readerFixtures().map(({ path: name, bytes }) => ({ name, bytes })),
  ];
  return readers.map((reader) => ({
    name: `reader-${reader.format}-${readers.indexOf(reader)}`,
    seeds: chosen(files.filter(({ bytes }) => sniffReader(bytes) === reader)),
    run: async (bytes) => {
      try {
        const profile = reader.read(bytes, defaultReaderLimits);
        checkProfile(profile);
        if (profile.samples.length > bytes.length) {
          throw new Error(`${profile.samples.length} samples of ${bytes.length} bytes`);
        }
        return true;
      } catch (error) {
        return refused(error instanceof ReaderError && error.reason !== '', error);
      }
    },
  }));
}

type Seed = FuzzTarget['seeds'][number];

function chosen(files: readonly Seed[]): Seed[] {
  const smallest = Math.min(...files.map(({ bytes }) => bytes.length));
  const fitting = files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= Math.max(smallest, largestSeed));
  const unique = [...new Map(fitting.map((file) => [file.name, file])).values()];
  const step = Math.max(1, unique.length / seedsPerTarget);
  return Array.from({ length: Math.min(unique.length, seedsPerTarget) }, (_, at) => unique[Math.floor(at * step)]);
}

const recordings = path.resolve(__dirname, '../fixtures/uploads/recordings');
interface RequestSeed extends Seed {
  readonly request: UploadRequest;
}

/** Whole requests: the form, its compression, the files in it, rows of all tables. */
function requestTargets(hasher: ContentHasher): FuzzTarget[] {
  const seeds = [...recordedRequests(), ...packedFiles()];
  const groups = new Map<string, RequestSeed[]>();
  for (const seed of seeds) {
    const { intake, contentType } = seed.request;
    const name = `request-${intake}${/json/.test(contentType) ? '-json' : ''}`;
    groups.set(name, [...(groups.get(name) ?? []), seed]);
  }
  return [...groups].map(([name, group]) => {
    const own = new Map(group.map((seed) => [seed.name, seed.request]));
    const [first] = group;
    let current = first.request;
    return {
      name,
      // All requests of an intake may be told by any of its headers: the boundary is what differs, so each seed brings its own.
      seeds: chosen(group),
      run: async (bytes) => {
        current = [...own.values()].find((request) => holdsBoundary(bytes, request)) ?? current;
        return runRequest(bytes, current, hasher);
      },
    };
  });
}

function holdsBoundary(bytes: Uint8Array, { contentType }: UploadRequest): boolean {
  const boundary = /boundary="?([^";,\s]+)/i.exec(contentType)?.[1];
  return boundary !== undefined && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(boundary);
}

function recordedRequests(): RequestSeed[] {
  const names = readdirSync(recordings).flatMap((file) => /^((?:dd|pyroscope)-.*)\.body$/.exec(file)?.[1] ?? []);
  return names.map((name) => {
    const meta: { path: string; headers: Array<[string, string]> } = JSON.parse(
      readFileSync(path.join(recordings, `${name}.http.json`), 'utf8')
    );
    const contentType = meta.headers.find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '';
    const [url, query = ''] = meta.path.split('?');
    // What is compressed as a whole would hardly get past its checksum.
    const bytes = plain(new Uint8Array(readFileSync(path.join(recordings, `${name}.body`))));
    return { name, bytes, request: requestOf(intakeOf(url), contentType, query) };
  });
}

function intakeOf(url: string): Intake {
  return url.includes('push')
    ? 'push'
    : url.includes('ingest')
      ? 'pyroscope'
      : url.includes('v1development')
        ? 'otlp'
        : 'datadog';
}

/** One file in every compression, and the JSON forms that no client was recorded with. */
function packedFiles(): RequestSeed[] {
  const file = plain(readFixture('uploads/files/go-runtime-heap.pprof'));
  const upload = requestOf('upload', '', 'service=x&name=heap.pprof');
  const samples = [{ ID: 'x', rawProfile: Buffer.from(file).toString('base64') }];
  const push = JSON.stringify({ series: [{ labels: [{ name: '__name__', value: 'memory' }], samples }] });
  return [
    { name: 'gzip', bytes: new Uint8Array(zlib.gzipSync(file)), request: upload },
    { name: 'zstd', bytes: zstdOfRecording(), request: upload },
    { name: 'lz4', bytes: new Uint8Array(lz4.compress(file)), request: upload },
    { name: 'zip', bytes: new Uint8Array(zipSync({ 'a/heap.pprof': file, 'b.txt': file })), request: upload },
    { name: 'push', bytes: new Uint8Array(Buffer.from(push)), request: requestOf('push', 'application/json', '') },
    {
      name: 'otlp',
      bytes: readFixture('uploads/files/otlp-http-json-body.json'),
      request: requestOf('otlp', 'application/json', ''),
    },
  ];
}

/** The frame of a tracer: Node 20 writes none. */
function zstdOfRecording(): Uint8Array<ArrayBuffer> {
  const body = readFileSync(path.join(recordings, 'dd-python-2.body'));
  const start = body.indexOf(Buffer.of(0x28, 0xb5, 0x2f, 0xfd));
  return new Uint8Array(body.subarray(start, body.indexOf('\r\n--', start)));
}

/** The part beside the recordings of Pyroscope's Java agent. */
function labelsTarget(): FuzzTarget {
  const body = readFileSync(path.join(recordings, 'pyroscope-java-jfr.body'));
  const part = body.indexOf('\r\n\r\n', body.indexOf('name="labels"')) + 4;
  const bytes = plain(new Uint8Array(body.subarray(part, body.indexOf('\r\n--', part))));
  return {
    name: 'context-names',
    seeds: [{ name: 'labels', bytes }],
    run: async (damaged) => {
      try {
        readContextNames(damaged).describe(1n, 1n);
        return true;
      } catch (error) {
        return refused(error instanceof ReaderError, error);
      }
    },
  };
}
