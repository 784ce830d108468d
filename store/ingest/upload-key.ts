import { createHash } from 'node:crypto';
import type { Attachment } from './upload';

/** 32 hex digits over what an upload says and holds, never over how it was framed or compressed; docs/formats/tables.md. */
export function uploadKey(from: {
  readonly tenant: string;
  readonly instance: string;
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly labels: ReadonlyMap<string, string>;
  readonly attachments: readonly Attachment[];
}): string {
  const labels = [...from.labels].map(([key, value]) => `${key}\0${value}`).sort();
  const parts = from.attachments.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex')).sort();
  const text = [from.tenant, from.instance, from.startNs, from.endNs, ...labels, '', ...parts].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
