import { encodeFrameRows, encodeSampleRows, encodeSpanRow, encodeStackRows } from '../engines/table-rows';
import { frameOwner, stackOwner, type KnownContent } from './content-filter';
import type { MergedSamples } from './merge-samples';
import type { Identified, ParsedRow } from './read-upload';
import { IdSet } from './seen-ids';

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

/** RowBinary of every table but `profiles`. Stacks and frames that are known already are left out. */
export function encodeUpload(
  row: ParsedRow,
  files: readonly Identified[],
  samples: MergedSamples,
  known?: KnownContent
): EncodedUpload {
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
            ...contexts,
          }),
    stacks: encodeStacks(files, { tenant, service, seenDays }, known?.of(stackOwner(tenant, service, seenDays))),
    frames: encodeFrames(files, { tenant, seenDays }, known?.of(frameOwner(tenant, seenDays))),
  };
}

interface Owner {
  readonly tenant: string;
  readonly service: string;
  readonly seenDays: number;
}

type IsKnown = (low: number, high: number) => boolean;

function encodeStacks(files: readonly Identified[], owner: Owner, isKnown?: IsKnown): ContentRows {
  const chosen = new Choice(isKnown);
  // The empty stack has no row.
  chosen.leaveOut(0, 0);
  return joinRows(
    files.map(({ profile, stackIds, frameIds }) => {
      const rows = chosen.of(stackIds);
      const offsets = new Uint32Array(rows.length);
      const bytes = encodeStackRows({
        ...owner,
        stacks: profile.stacks,
        stackIds,
        frameIds,
        chosen: rows,
        offsets,
      });
      return { ids: idsOf(stackIds, rows), bytes, offsets };
    })
  );
}

function encodeFrames(files: readonly Identified[], owner: Omit<Owner, 'service'>, isKnown?: IsKnown): ContentRows {
  const chosen = new Choice(isKnown);
  return joinRows(
    files.map(({ profile, frameIds }) => {
      const rows = chosen.of(frameIds);
      const offsets = new Uint32Array(rows.length);
      const { strings, frames } = profile;
      const bytes = encodeFrameRows({ ...owner, strings, frames, frameIds, chosen: rows, offsets });
      return { ids: idsOf(frameIds, rows), bytes, offsets };
    })
  );
}

/** Chooses what has to be written: what is neither known nor in an earlier file of the upload. */
class Choice {
  private readonly taken = new IdSet(1024);

  constructor(private readonly isKnown: IsKnown | undefined) {}

  leaveOut(low: number, high: number): void {
    this.taken.add(low, high);
  }

  /** Indexes into `ids`. */
  of(ids: BigUint64Array): number[] {
    const { taken, isKnown } = this;
    const words = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
    const chosen: number[] = [];
    for (let index = 0; index < ids.length; index++) {
      const low = words[index * 2];
      const high = words[index * 2 + 1];
      if (isKnown?.(low, high) !== true && !taken.has(low, high)) {
        taken.add(low, high);
        chosen.push(index);
      }
    }
    return chosen;
  }
}

function idsOf(ids: BigUint64Array, chosen: readonly number[]): BigUint64Array {
  const picked = new BigUint64Array(chosen.length);
  for (let i = 0; i < chosen.length; i++) {
    picked[i] = ids[chosen[i]];
  }
  return picked;
}

interface EncodedRows {
  readonly ids: BigUint64Array;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where each row starts. */
  readonly offsets: Uint32Array;
}

function joinRows(files: readonly EncodedRows[]): ContentRows {
  const count = files.reduce((all, { ids }) => all + ids.length, 0);
  const size = files.reduce((all, { bytes }) => all + bytes.length, 0);
  const joined = { ids: new BigUint64Array(count), offsets: new Uint32Array(count + 1), bytes: new Uint8Array(size) };
  let row = 0;
  let base = 0;
  for (const { ids, offsets, bytes } of files) {
    joined.ids.set(ids, row);
    joined.bytes.set(bytes, base);
    for (const offset of offsets) {
      joined.offsets[row++] = base + offset;
    }
    base += bytes.length;
  }
  joined.offsets[row] = base;
  return joined;
}
