import type { ValueType } from '../../../src/model/profile';
import { addressesOf, heapHeader, heapRecord, heapTypes, heapValues } from './heap-records';

/** Values in the order of the kind's types, and addresses, leaf first. */
export interface TextRecord {
  readonly numbers: readonly number[];
  readonly addresses: readonly bigint[];
}

/** One of Go's text profiles. */
export interface TextKind {
  readonly types: readonly ValueType[];
  /** Lines before the records. */
  isHeader(line: string): boolean;
  record(line: string): TextRecord | undefined;
  values(record: TextRecord): readonly number[];
}

/** What the first lines say; undefined = no text profile of Go. */
export function textKind(start: string): TextKind | undefined {
  const heap = heapHeader(start);
  if (heap !== undefined) {
    return heap.source === 'heap' ? heapKind(heap.rate / 2) : undefined;
  }
  const count = /^([A-Za-z][\w./-]{0,99}) profile: total \d+\r?\n/.exec(start)?.[1];
  if (count !== undefined) {
    return countKind(count);
  }
  const contention = /^--- (contention|mutex):\r?\n/.exec(start)?.[1];
  return contention === undefined ? undefined : contentionKind(contention === 'mutex' ? 'mutex' : 'block', start);
}

/** The header's rate is twice the sampling rate. */
function heapKind(rate: number): TextKind {
  return {
    types: heapTypes,
    isHeader: () => false,
    record: (line) => {
      const record = heapRecord(line, rate);
      return record && { numbers: heapValues(record), addresses: record.addresses };
    },
    values: ({ numbers }) => numbers,
  };
}

/** `2 @ 0x4813ee 0x41590e`: goroutine, threadcreate and a program's own profiles. */
function countKind(type: string): TextKind {
  return {
    types: [{ type, unit: 'count' }],
    isHeader: () => false,
    record: (line) => twoParts(/^(\d{1,16}) @(.*)$/.exec(line)),
    values: ({ numbers }) => numbers,
  };
}

/** `1021 3 @ 0x…`: cycles and contentions, which Go has scaled up already. */
function contentionKind(type: 'mutex' | 'block', start: string): TextKind {
  const cyclesPerSecond = Number(/^cycles\/second=(\d{1,15})/m.exec(start)?.[1] ?? 1e9);
  return {
    types: [
      { type: `${type}-contentions`, unit: 'count' },
      { type, unit: 'nanoseconds' },
    ],
    isHeader: (line) => /^[a-z/ ]+=\d+$/.test(line),
    record: (line) => {
      const found = /^(\d{1,16}) (\d{1,16}) @(.*)$/.exec(line);
      return found ? { numbers: [Number(found[2]), Number(found[1])], addresses: addressesOf(found[3]) } : undefined;
    },
    values: ({ numbers: [count, cycles] }) => [count, Math.round((cycles / Math.max(1, cyclesPerSecond)) * 1e9)],
  };
}

function twoParts(found: RegExpExecArray | null): TextRecord | undefined {
  return found ? { numbers: [Number(found[1])], addresses: addressesOf(found[2]) } : undefined;
}
