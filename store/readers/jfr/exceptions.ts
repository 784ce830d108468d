import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { readersOf } from './event';

/** How many exceptions there were and how many of them were sampled, by type. */
export interface ExceptionCounts {
  readonly thrown: ReadonlyMap<string, number>;
  readonly sampled: ReadonlyMap<string, number>;
}

const fields = { type: 0, count: 1 };

/** `datadog.ExceptionCount` counts every exception; `datadog.ExceptionSample` are those that the sampler let through. */
export function countExceptions(chunks: readonly Chunk[], cursor: JfrCursor): ExceptionCounts {
  const thrown = new Map<string, number>();
  const sampled = new Map<string, number>();
  for (const reader of readersOf(chunks, 'datadog.ExceptionCount', fields, cursor)) {
    while (reader.advance()) {
      add(thrown, reader.text(fields.type), Math.max(0, reader.number(fields.count)));
    }
  }
  for (const reader of readersOf(chunks, 'datadog.ExceptionSample', fields, cursor)) {
    while (reader.advance()) {
      add(sampled, reader.text(fields.type), 1);
    }
  }
  return { thrown, sampled };
}

function add(sums: Map<string, number>, key: string, value: number): void {
  sums.set(key, (sums.get(key) ?? 0) + value);
}

/** What one sample of this type stands for; samples of counted intervals and counts may differ a little: never less than 1. */
export function exceptionFactor({ thrown, sampled }: ExceptionCounts, type: string): number {
  return Math.max(1, (thrown.get(type) ?? 0) / (sampled.get(type) ?? 1));
}
