/*
 * Writes a pprof file again in another encoding that means the same: fields permuted, repeated numbers unpacked or packed,
 * varints padded. Messages of profile.proto are known by `schema`; nothing of the reader under test is used.
 */

export interface RewriteOptions {
  /** Order of the top-level fields; fields of one number keep their order among themselves. */
  readonly fieldOrder?: readonly number[];
  readonly packing?: 'packed' | 'unpacked';
  /** Extra bytes per varint, as far as ten bytes allow. */
  readonly padding?: number;
}

interface Schema {
  /** Field number → message in it. */
  readonly messages?: Readonly<Record<number, Schema>>;
  /** Repeated numbers, which may be packed. */
  readonly repeated?: readonly number[];
}

const schema: Schema = {
  messages: {
    1: {},
    2: { repeated: [1, 2], messages: { 3: {} } },
    3: {},
    4: { messages: { 4: {} } },
    5: {},
    11: {},
  },
  repeated: [13],
};

interface Field {
  readonly number: number;
  readonly wire: number;
  /** Of a varint. */
  readonly value: bigint;
  readonly bytes: Uint8Array;
}

export function rewritePprof(file: Uint8Array, options: RewriteOptions): Uint8Array<ArrayBuffer> {
  return new Uint8Array(rewrite(file, schema, options, options.fieldOrder ?? []));
}

function rewrite(message: Uint8Array, known: Schema, options: RewriteOptions, order: readonly number[]): number[] {
  const place = (number: number) => (order.includes(number) ? order.indexOf(number) : order.length);
  const fields = readFields(message).sort((a, b) => place(a.number) - place(b.number));
  return packed(fields, known, options).flatMap((field) => writeField(field, known, options));
}

function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const [tag, afterTag] = readVarint(message, at);
    const [value, afterValue] = readVarint(message, afterTag);
    const wire = Number(tag & 7n);
    at = wire === 2 ? afterValue + Number(value) : afterValue;
    fields.push({ number: Number(tag >> 3n), wire, value, bytes: message.subarray(afterValue, at) });
  }
  return fields;
}

/** Joins or splits the fields of repeated numbers. */
function packed(fields: Field[], known: Schema, { packing }: RewriteOptions): Field[] {
  const isRepeated = (number: number) => packing !== undefined && (known.repeated ?? []).includes(number);
  const single = fields.flatMap((field) => (isRepeated(field.number) && field.wire === 2 ? unpack(field) : [field]));
  if (packing !== 'packed') {
    return single;
  }
  const numbers = [...new Set(single.filter(({ number }) => isRepeated(number)).map(({ number }) => number))];
  const joined = numbers.map((number): Field => {
    const bytes = single.filter((field) => field.number === number).flatMap(({ value }) => writeVarint(value, 0));
    return { number, wire: 2, value: 0n, bytes: Uint8Array.from(bytes) };
  });
  return [...single.filter(({ number }) => !isRepeated(number)), ...joined];
}

function unpack({ number, bytes }: Field): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = readVarint(bytes, at);
    fields.push({ number, wire: 0, value, bytes: new Uint8Array() });
    at = next;
  }
  return fields;
}

function writeField(field: Field, known: Schema, options: RewriteOptions): number[] {
  const padding = options.padding ?? 0;
  const tag = writeVarint(BigInt(field.number * 8 + field.wire), padding);
  if (field.wire !== 2) {
    return [...tag, ...writeVarint(field.value, padding)];
  }
  const inner = known.messages?.[field.number];
  const isPackedNumbers = (known.repeated ?? []).includes(field.number);
  const body = inner
    ? rewrite(field.bytes, inner, options, [])
    : isPackedNumbers
      ? unpack(field).flatMap(({ value }) => writeVarint(value, padding))
      : [...field.bytes];
  return [...tag, ...writeVarint(BigInt(body.length), padding), ...body];
}

function readVarint(bytes: Uint8Array, start: number): [bigint, number] {
  let value = 0n;
  let at = start;
  for (let shift = 0n; ; shift += 7n) {
    value |= BigInt(bytes[at] & 0x7f) << shift;
    if (bytes[at++] < 0x80) {
      return [BigInt.asUintN(64, value), at];
    }
  }
}

export function writeVarint(value: bigint, padding: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(rest & 0x7fn));
    rest >>= 7n;
  } while (rest > 0n);
  const length = Math.min(10, bytes.length + padding);
  while (bytes.length < length) {
    bytes.push(0);
  }
  return bytes.map((byte, i) => (i < length - 1 ? byte | 0x80 : byte));
}
