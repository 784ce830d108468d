import { createHash } from 'node:crypto';

/** Stands for plain data, 64-bit numbers too, in a key that is kept: filters and lists of uploads may be megabytes. */
export function digestOf(data: unknown): string {
  const text = JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
  return createHash('sha256').update(text).digest('base64');
}
