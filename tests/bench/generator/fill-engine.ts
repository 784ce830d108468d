import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Batcher } from '../../../store/ingest/batcher';
import type { ContentHasher } from '../../../store/ingest/content-ids';
import type { ParsePool } from '../../../store/ingest/parse-pool';
import type { ProfileSequence } from '../../../store/ingest/profile-sequence';
import type { KnownContent } from '../../../store/ingest/content-filter';
import { encodeUpload, type EncodedUpload } from '../../../store/ingest/encode-upload';
import { mergeSamples, type MergedSamples } from '../../../store/ingest/merge-samples';
import { assemble, type Identified, type ParsedRow } from '../../../store/ingest/read-upload';
import type { UploadLimits, UploadRequest } from '../../../store/ingest/upload-request';
import { pprofReader } from '../../../store/readers/pprof/reader';
import { defaultReaderLimits } from '../../../src/model/profile';
import { datadogBody, datadogContentType, type Sender } from './datadog-body';
import { drawUpload, type DrawOptions } from './draw-upload';
import { writePprof } from './pprof-file';
import type { Program } from './program';

/**
 * Fills tables in bulk, by the store's own way from a request's bytes to rows: form, reader, content ids, merging, encoding,
 * batcher. Only HTTP and the segment files are left out, so `raw_length` is 0.
 */
export interface FillTarget {
  readonly pool: ParsePool;
  readonly batcher: Batcher;
  readonly sequence: ProfileSequence;
  readonly hasher: ContentHasher;
  readonly known: KnownContent;
  readonly limits: UploadLimits;
}

const minuteMs = 60_000;
/** So many uploads may wait for the engine before the next is made. */
const mostWaiting = 4000;
/** Uploads in the parse pool at once. */
const parsedAhead = 4;

export interface DayOptions {
  readonly program: Program;
  readonly service: string;
  readonly hosts: number;
  readonly minutes: number;
  /** End of the last upload. */
  readonly endMs: number;
  readonly draw: DrawOptions;
  readonly progress?: (uploads: number) => void;
}

/** One service: every host sends an upload a minute, all different; `version` changes every eight hours. */
export async function fillDay(target: FillTarget, options: DayOptions): Promise<number> {
  const { hosts, minutes, endMs, program } = options;
  const total = hosts * minutes;
  let next = 0;
  const worker = async () => {
    for (let number = next++; number < total; number = next++) {
      const host = number % hosts;
      const startMs = endMs - (minutes - Math.floor(number / hosts)) * minuteMs - host * 1000;
      const drawn = drawUpload(program, number, options.draw);
      const window = { startNs: BigInt(startMs) * 1_000_000n, durationNs: minuteMs * 1e6 };
      const body = datadogBody(senderOf(options.service, host, startMs), writePprof(program, drawn, window));
      await readInto(target, body, startMs);
      if (number % 1000 === 0) {
        options.progress?.(number);
      }
    }
  };
  await Promise.all(Array.from({ length: parsedAhead }, worker));
  return total;
}

export function senderOf(service: string, host: number, startMs: number): Sender {
  return {
    service,
    env: host % 5 === 4 ? 'staging' : 'prod',
    version: `1.${Math.floor(startMs / (8 * 3_600_000)) % 10}.0`,
    host: `${service}-${host}`,
    runtimeId: `${service}-${host}`.padEnd(32, '0'),
    startMs,
    endMs: startMs + minuteMs,
  };
}

async function readInto(target: FillTarget, body: Buffer, startMs: number): Promise<void> {
  const request = datadogRequest(startMs + minuteMs + 500);
  const bytes = new Uint8Array(body);
  const parsed = await target.pool.parse({
    request,
    body: bytes,
    sequence: target.sequence.next(),
    keepUnreadable: false,
  });
  parsed.uploads.forEach((upload) => insert(target, upload));
  await room(target);
}

function datadogRequest(receivedMs: number): UploadRequest {
  return {
    intake: 'datadog',
    tenant: 'default',
    receivedMs,
    peer: '127.0.0.1',
    contentType: datadogContentType,
    query: '',
    headers: { 'user-agent': 'bench' },
  };
}

function insert({ batcher }: FillTarget, encoded: EncodedUpload & { readonly row: ParsedRow }): void {
  const raw = { rawSegment: '', rawOffset: 0, rawLength: 0 };
  const row = { ...encoded.row, id: randomUUID(), part: 0, ...raw };
  batcher.add({ row, encoded, inserted: () => undefined });
}

async function room({ batcher }: FillTarget): Promise<void> {
  while (batcher.size() > mostWaiting) {
    await sleep(5);
  }
}

export interface WeekOptions {
  readonly programs: readonly Program[];
  readonly services: number;
  readonly hosts: number;
  readonly days: number;
  readonly endMs: number;
  readonly progress?: (uploads: number) => void;
}

/** Small profiles, so that what the explorer lists is many rows and little else: every host sends one a minute. */
const smallUpload: DrawOptions = { stackSamples: 5, otherSamples: 1, requests: 0 };
const profilesPerService = 20;

/** Many services; each has few different files, which are read once and encoded for every upload. */
export async function fillWeek(target: FillTarget, options: WeekOptions): Promise<number> {
  const minutes = options.services === 0 ? 0 : options.days * 1440;
  const files = Array.from({ length: options.services }, (_, service) => smallFiles(options, service, target));
  let made = 0;
  for (let minute = 0; minute < minutes; minute++) {
    for (let service = 0; service < options.services; service++) {
      for (let host = 0; host < options.hosts; host++) {
        const startMs = options.endMs - (minutes - minute) * minuteMs - host * 1000;
        const file = files[service][(minute + host) % profilesPerService];
        insert(target, smallRows(target, file, senderOf(serviceName(service), host, startMs)));
        made++;
      }
    }
    await room(target);
    if (minute % 60 === 0) {
      options.progress?.(made);
      await sleep(0);
    }
  }
  return made;
}

export function serviceName(service: number): string {
  return `service-${String(service).padStart(3, '0')}`;
}

interface SmallFile {
  readonly files: readonly Identified[];
  readonly samples: MergedSamples;
  readonly row: ParsedRow;
}

function smallFiles({ programs }: WeekOptions, service: number, target: FillTarget): SmallFile[] {
  const program = programs[service % programs.length];
  return Array.from({ length: profilesPerService }, (_, number) => {
    const drawn = drawUpload(program, service * profilesPerService + number, smallUpload);
    const bytes = writePprof(program, drawn, { startNs: 0n, durationNs: minuteMs * 1e6 });
    return readSmallFile(bytes, target);
  });
}

function readSmallFile(bytes: Uint8Array<ArrayBuffer>, { hasher, limits }: FillTarget): SmallFile {
  const profile = pprofReader.read(bytes, defaultReaderLimits);
  const attachment = { name: 'profile.pprof', bytes };
  const frameIds = hasher.frameIds(profile.frames, profile.strings);
  const files = [{ name: attachment.name, profile, frameIds, stackIds: hasher.stackIds(profile.stacks, frameIds) }];
  const request = datadogRequest(0);
  const { row } = assemble(
    {
      tenant: 'default',
      receivedMs: 0,
      startNs: 0n,
      endNs: 1n,
      labels: new Map([
        ['language', 'python'],
        ['runtime', 'CPython'],
      ]),
      attachments: [attachment],
      runtimeInfo: [],
      endpointCounts: new Map(),
      intake: 'datadog',
    },
    [{ attachment, format: 'pprof', profile }],
    {
      request,
      limits,
      defaultService: 'unnamed-service',
      retentionDays: 0,
      sequence: 0,
      bodyBytes: bytes.length,
      hasher,
    }
  );
  return { files, samples: mergeSamples(files, 'python'), row };
}

/** The file's rows as those of another sender at another time. */
function smallRows({ sequence, known }: FillTarget, { files, samples, row: read }: SmallFile, sender: Sender) {
  const { service, env, version, host, runtimeId, startMs, endMs } = sender;
  const row: ParsedRow = {
    ...read,
    service,
    env,
    version,
    host,
    startNs: BigInt(startMs) * 1_000_000n,
    endNs: BigInt(endMs) * 1_000_000n,
    receivedMs: endMs + 500,
    profile: (BigInt(Math.floor(startMs / 1000)) << 32n) | BigInt(sequence.next()),
    uploadKey: createHash('md5').update(`${runtimeId} ${startMs}`).digest('hex'),
    instance: runtimeId,
    labels: new Map([
      ['runtime-id', runtimeId],
      ['region', env === 'prod' ? 'eu-1' : 'us-1'],
    ]),
  };
  return { row, ...encodeUpload(row, files, samples, known) };
}
