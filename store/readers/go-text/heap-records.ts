/** `heap profile: 31: 5079520 [1696: 153713232] @ heap/1048576`, of Go and gperftools alike: live, then [allocated]. */
export interface HeapHeader {
  /** `heap` is Go's, the others gperftools'. */
  readonly source: string;
  /** Bytes per sample on average; 0 = every allocation is counted. */
  readonly rate: number;
}

const header = /^heap profile: *\d+: *\d+ *\[ *\d+: *\d+ *\] *@ *([a-z][_a-z0-9]*)(?:\/(\d{1,15}))?/;

export function heapHeader(line: string): HeapHeader | undefined {
  const found = header.exec(line.slice(0, 200));
  return found ? { source: found[1], rate: Number(found[2] ?? 0) } : undefined;
}

export interface HeapRecord {
  readonly liveObjects: number;
  readonly liveBytes: number;
  readonly allocatedObjects: number;
  readonly allocatedBytes: number;
  /** Leaf first. */
  readonly addresses: readonly bigint[];
}

const record = /^\s*(\d{1,16}): *(\d{1,16}) *\[ *(\d{1,16}): *(\d{1,16}) *\] *@((?: *0x[0-9a-f]{1,16})*)\s*$/;

/** Undefined for other lines. `rate` > 1: scaled up to what was not sampled. */
export function heapRecord(line: string, rate: number): HeapRecord | undefined {
  const found = line.length < 1_000_000 ? record.exec(line) : null;
  if (!found) {
    return undefined;
  }
  const [liveObjects, liveBytes] = scaled(Number(found[1]), Number(found[2]), rate);
  const [allocatedObjects, allocatedBytes] = scaled(Number(found[3]), Number(found[4]), rate);
  return { liveObjects, liveBytes, allocatedObjects, allocatedBytes, addresses: addressesOf(found[5]) };
}

/** Blocks are sampled with a chance that grows with their size: 1 - e^(-size / rate). */
function scaled(objects: number, bytes: number, rate: number): [number, number] {
  if (objects === 0 || bytes === 0 || rate <= 1) {
    return [objects, bytes];
  }
  const factor = 1 / (1 - Math.exp(-bytes / objects / rate));
  return [Math.trunc(objects * factor), Math.trunc(bytes * factor)];
}

export function addressesOf(text: string): bigint[] {
  return (text.match(/0x[0-9a-f]{1,16}/g) ?? []).map(BigInt);
}

export const heapTypes = [
  { type: 'alloc_objects', unit: 'count' },
  { type: 'alloc_space', unit: 'bytes' },
  { type: 'inuse_objects', unit: 'count' },
  { type: 'inuse_space', unit: 'bytes' },
];

/** In the order of `heapTypes`. */
export function heapValues(one: HeapRecord): number[] {
  return [one.allocatedObjects, one.allocatedBytes, one.liveObjects, one.liveBytes];
}
