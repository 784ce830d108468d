import { encodeFrameRows, encodeSampleRows, encodeSpanRow, encodeStackRows } from '../engines/table-rows';
import type { MergedSamples } from './merge-samples';
import type { Identified, ParsedRow } from './read-upload';

/** Rows of `stacks` or `frames` with their ids and where each starts, so that known ones can be left out later. */
export interface ContentRows {
  readonly ids: BigUint64Array<ArrayBuffer>;
  /** ids.length + 1 offsets into `bytes`. */
  readonly offsets: Uint32Array<ArrayBuffer>;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

export interface EncodedUpload {
  readonly samples: Uint8Array<ArrayBuffer>;
  readonly spans: Uint8Array<ArrayBuffer>;
  readonly stacks: ContentRows;
  readonly frames: ContentRows;
}

/** RowBinary of every table but `profiles`. */
export function encodeUpload(row: ParsedRow, files: readonly Identified[], samples: MergedSamples): EncodedUpload {
  const { tenant, service, profile, retentionDays } = row;
  const startSeconds = Number(row.startNs / 1_000_000_000n);
  const owner = { tenant, service, profile, retentionDays };
  const seenDays = Math.floor(row.receivedMs / 86_400_000);
  const { contexts } = samples;
  return {
    samples: encodeSampleRows({
      ...owner,
      ...samples,
      hourSeconds: startSeconds - (startSeconds % 3600),
      profileTypes: samples.types,
    }),
    spans:
      contexts.span.length === 0
        ? new Uint8Array(0)
        : encodeSpanRow({
            ...owner,
            startSeconds,
            span: BigUint64Array.from(contexts.span),
            root: BigUint64Array.from(contexts.root),
            traceHigh: BigUint64Array.from(contexts.traceHigh),
            traceLow: BigUint64Array.from(contexts.traceLow),
            endpoint: contexts.endpoint,
            operation: contexts.operation,
            inferred: contexts.inferred,
          }),
    stacks: encodeStacks(files, { tenant, service, seenDays }),
    frames: encodeFrames(files, { tenant, seenDays }),
  };
}

interface Owner {
  readonly tenant: string;
  readonly service: string;
  readonly seenDays: number;
}

function encodeStacks(files: readonly Identified[], owner: Owner): ContentRows {
  const seen = new Set<bigint>([0n]);
  return joinRows(
    files.map(({ profile, stackIds, frameIds }) => {
      const chosen = choose(stackIds, seen);
      const bytes = encodeStackRows({ ...owner, stacks: profile.stacks, stackIds, frameIds, chosen });
      return { ids: idsOf(stackIds, chosen), bytes, skipRow: skipStackRow };
    })
  );
}

function encodeFrames(files: readonly Identified[], owner: Omit<Owner, 'service'>): ContentRows {
  const seen = new Set<bigint>();
  return joinRows(
    files.map(({ profile, frameIds }) => {
      const chosen = choose(frameIds, seen);
      const bytes = encodeFrameRows({ ...owner, strings: profile.strings, frames: profile.frames, frameIds, chosen });
      return { ids: idsOf(frameIds, chosen), bytes, skipRow: skipFrameRow };
    })
  );
}

/** Indexes of ids that no earlier file of the upload has. */
function choose(ids: BigUint64Array, seen: Set<bigint>): number[] {
  const chosen: number[] = [];
  ids.forEach((id, index) => {
    if (!seen.has(id)) {
      seen.add(id);
      chosen.push(index);
    }
  });
  return chosen;
}

function idsOf(ids: BigUint64Array, chosen: readonly number[]): bigint[] {
  return chosen.map((index) => ids[index]);
}

interface EncodedRows {
  readonly ids: readonly bigint[];
  readonly bytes: Uint8Array;
  skipRow(bytes: Uint8Array, at: number): number;
}

function joinRows(files: readonly EncodedRows[]): ContentRows {
  const ids = BigUint64Array.from(files.flatMap((file) => file.ids));
  const offsets = new Uint32Array(ids.length + 1);
  const bytes = new Uint8Array(files.reduce((size, file) => size + file.bytes.length, 0));
  let base = 0;
  let row = 0;
  for (const file of files) {
    bytes.set(file.bytes, base);
    for (let at = 0; at < file.bytes.length; at = file.skipRow(file.bytes, at)) {
      offsets[row++] = base + at;
    }
    base += file.bytes.length;
  }
  offsets[row] = base;
  return { ids, offsets, bytes };
}

/** tenant, service, stack UInt64, frames Array(UInt64), seen Date. */
function skipStackRow(bytes: Uint8Array, start: number): number {
  const at = skipString(bytes, skipString(bytes, start)) + 8;
  const frames = readSize(bytes, at);
  return frames.at + frames.size * 8 + 2;
}

/** tenant, frame UInt64, five strings, line Int32, kind, seen Date. */
function skipFrameRow(bytes: Uint8Array, start: number): number {
  let at = skipString(bytes, start) + 8;
  for (let column = 0; column < 5; column++) {
    at = skipString(bytes, at);
  }
  return skipString(bytes, at + 4) + 2;
}

function skipString(bytes: Uint8Array, start: number): number {
  const { at, size } = readSize(bytes, start);
  return at + size;
}

function readSize(bytes: Uint8Array, start: number): { at: number; size: number } {
  let size = 0;
  let at = start;
  for (let factor = 1; ; factor *= 128) {
    const byte = bytes[at++];
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      return { at, size };
    }
  }
}
