import { Profile } from 'pprof-format';
import { plain } from '../oracle/uploads';

interface Part {
  field: string;
  fileName?: string;
  bytes: Buffer;
}

const demo = () => import('../../scripts/demo-data.mjs');

export interface SentUpload {
  /** Added to the recorded times, in nanoseconds. */
  shiftNs: bigint;
  endMs: number;
}

interface UploadChange {
  service: string;
  agoMs?: number;
  /** Drops the stacks through one method. */
  without?: string;
  /** How much of the samples is kept, 0..1. */
  share?: number;
  tags?: object;
}

/** Sends a recorded upload as the service's own, ending `agoMs` ago. */
export async function sendUpload(
  storeUrl: string,
  recording: string,
  { service, agoMs = 2000, without, share, tags }: UploadChange
): Promise<SentUpload> {
  const { randomFrom, readParts, send, shiftTo, vary } = await demo();
  const parts: Part[] = await readParts(recording);
  const event = JSON.parse(parts.find(({ field }) => field === 'event')?.bytes.toString() ?? '{}');
  const endMs = Date.now() - agoMs;
  const all = { salt: 0n, share: share ?? 2, random: share === undefined ? () => 1 : randomFrom(1), without };
  const kept =
    without || share !== undefined
      ? parts.map((part) => (part.fileName?.endsWith('.pprof') ? vary(part, all) : part))
      : parts;
  await send(storeUrl, shiftTo(kept, endMs, { service, ...tags }));
  return { shiftNs: BigInt(endMs - Date.parse(event.end)) * 1_000_000n, endMs };
}

/** Sum of a profile type by span id in a recorded upload, counted without the store. */
export async function valueBySpan(recording: string, sampleType: string): Promise<Map<bigint, bigint>> {
  const { readParts } = await demo();
  const parts: Part[] = await readParts(recording);
  const sums = new Map<bigint, bigint>();
  for (const part of parts.filter(({ fileName }) => fileName?.endsWith('.pprof'))) {
    const { sample, sampleType: types, stringTable } = Profile.decode(plain(part.bytes));
    const column = types.findIndex(({ type }) => stringTable.strings[Number(type)] === sampleType);
    for (const { label, value } of sample) {
      const span = label.find(({ key }) => stringTable.strings[Number(key)] === 'span id');
      if (span && column >= 0) {
        const id = BigInt.asUintN(64, BigInt(span.num));
        sums.set(id, (sums.get(id) ?? 0n) + BigInt(value[column]));
      }
    }
  }
  return sums;
}
