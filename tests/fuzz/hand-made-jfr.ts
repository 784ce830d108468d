/** Writes recordings by hand: `type` and `field` describe classes, the rest are bytes. */
export const varint = (value: number | bigint): number[] => {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; bytes.length < 8 && rest > 0x7fn; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
  }
  return [...bytes, Number(rest & 0xffn)];
};
export const text = (value: string): number[] => {
  const bytes = [...Buffer.from(value)];
  return [3, ...varint(bytes.length), ...bytes];
};

export interface Element {
  readonly name: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly Element[];
}

interface HandMade {
  readonly types: readonly Element[];
  readonly events?: number[];
  /** Bytes of constant pools, with their number before them. */
  readonly pools?: number[];
}

export function field(name: string, type: number, more: Record<string, string> = {}): Element {
  return { name: 'field', attributes: { name, class: String(type), ...more } };
}

export function type(id: number, name: string, ...children: Element[]): Element {
  return { name: 'class', attributes: { id: String(id), name }, children };
}

/** An event without its size, which is put before it. */
export function sized(body: number[]): number[] {
  for (let size = body.length + 1; ; size++) {
    const head = varint(size);
    if (head.length + body.length === size) {
      return [...head, ...body];
    }
  }
}

function metadataEvent(types: readonly Element[]): number[] {
  const strings: string[] = [];
  const numbers = new Map<string, number>();
  const number = (value: string) => {
    const known = numbers.get(value) ?? strings.push(value) - 1;
    numbers.set(value, known);
    return varint(known);
  };
  const element = ({ name, attributes = {}, children = [] }: Element): number[] => [
    ...number(name),
    ...varint(Object.keys(attributes).length),
    ...Object.entries(attributes).flatMap(([key, value]) => [...number(key), ...number(value)]),
    ...varint(children.length),
    ...children.flatMap(element),
  ];
  const tree = element({ name: 'root', children: [{ name: 'metadata', children: types }] });
  return sized([0, 0, 0, 0, ...varint(strings.length), ...strings.flatMap(text), ...tree]);
}

export function recording({ types, events = [], pools = [0] }: HandMade): Uint8Array<ArrayBuffer> {
  const metadata = metadataEvent(types);
  const checkpoint = sized([1, 0, 0, 0, 0, ...pools]);
  const bytes = Uint8Array.from([...Array<number>(68).fill(0), ...metadata, ...checkpoint, ...events]);
  const view = new DataView(bytes.buffer);
  bytes.set([0x46, 0x4c, 0x52, 0, 0, 2, 0, 1]);
  view.setBigInt64(8, BigInt(bytes.length));
  view.setBigInt64(16, BigInt(68 + metadata.length));
  view.setBigInt64(24, 68n);
  view.setBigInt64(32, 10n ** 18n);
  view.setBigInt64(56, 10n ** 9n);
  view.setUint32(64, 1);
  return bytes;
}

/** The same with another size of its first chunk. */
export function withSize(bytes: Uint8Array<ArrayBuffer>, size: bigint): Uint8Array<ArrayBuffer> {
  const copy = bytes.slice();
  new DataView(copy.buffer).setBigInt64(8, size);
  return copy;
}
