import type { Columns } from './engine';

/**
 * One collector per ClickHouse type: it takes values from the cursor, row after row, and gives a column. Which JavaScript form a
 * type has is told in `row-binary-columns.ts`.
 */

/** Bytes that are no RowBinaryWithNamesAndTypes: cut off, or a type this reader doesn't know. */
export class RowBinaryError extends Error {
  constructor(message: string) {
    super(`RowBinary: ${message}`);
    this.name = 'RowBinaryError';
  }
}

export type Arrays = ReturnType<Columns['arrays']>;
export type Maps = ReturnType<Columns['maps']>;

/** The values of one column, in the one form its type has. */
export type Values =
  | { readonly form: 'numbers'; readonly values: ArrayLike<number> }
  | { readonly form: 'bigints'; readonly values: ArrayLike<bigint> }
  | { readonly form: 'strings'; readonly values: readonly string[] }
  | { readonly form: 'arrays'; readonly values: Arrays }
  | { readonly form: 'maps'; readonly values: Maps };

/** Collects one column: `read` takes the next value from the cursor, `skipNull` stands for a null. */
export interface Collector {
  /** Bytes per value; undefined = variable. */
  readonly width?: number;
  read(cursor: Cursor): void;
  readNull(): void;
  take(): Values;
}

/** Where reading stands. `latin1` and `utf8` are the Buffer's own fast slices. */
export interface Cursor {
  readonly buffer: Buffer;
  readonly view: DataView;
  at: number;
}

// --- Types -----------------------------------------------------------------------------------------------------------

/** `LowCardinality(String)` → ['LowCardinality', 'String']; `UInt8` → ['UInt8', '']. */
function splitType(type: string): [name: string, inner: string] {
  const open = type.indexOf('(');
  return open < 0 ? [type, ''] : [type.slice(0, open), type.slice(open + 1, -1)];
}

/** `String, Array(UInt8)` → ['String', 'Array(UInt8)']: commas within brackets don't count. */
function splitArguments(inner: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < inner.length; i++) {
    depth += inner[i] === '(' ? 1 : inner[i] === ')' ? -1 : 0;
    if (inner[i] === ',' && depth === 0) {
      parts.push(inner.slice(start, i).trim());
      start = i + 1;
    }
  }
  return [...parts, inner.slice(start).trim()];
}

/** Throws RowBinaryError for types that this store has no use for. */
export function collectorFor(type: string): Collector {
  const [name, inner] = splitType(type);
  switch (name) {
    case 'UInt8':
    case 'Bool':
      return numberCollector(1, Uint8Array, (view, at) => view.getUint8(at));
    case 'Int8':
      return numberCollector(1, Int8Array, (view, at) => view.getInt8(at));
    case 'UInt16':
    case 'Date':
      return numberCollector(2, Uint16Array, (view, at) => view.getUint16(at, true));
    case 'Int16':
      return numberCollector(2, Int16Array, (view, at) => view.getInt16(at, true));
    case 'UInt32':
    case 'DateTime':
      return numberCollector(4, Uint32Array, (view, at) => view.getUint32(at, true));
    case 'Int32':
    case 'Date32':
      return numberCollector(4, Int32Array, (view, at) => view.getInt32(at, true));
    case 'Float32':
      return numberCollector(4, Float32Array, (view, at) => view.getFloat32(at, true));
    case 'Float64':
      return numberCollector(8, Float64Array, (view, at) => view.getFloat64(at, true));
    case 'UInt64':
      return wordCollector(BigUint64Array);
    case 'Int64':
    case 'DateTime64':
      return wordCollector(BigInt64Array);
    case 'Int128':
      return int128Collector();
    case 'String':
      return stringCollector();
    case 'FixedString':
      return fixedStringCollector(Number(inner));
    case 'UUID':
      return uuidCollector();
    case 'LowCardinality':
      return collectorFor(inner);
    case 'SimpleAggregateFunction':
      return collectorFor(splitArguments(inner)[1]);
    case 'Nullable':
      return nullableCollector(collectorFor(inner));
    case 'Array':
      return arrayCollector(inner);
    case 'Map':
      return mapCollector(inner);
    default:
      throw new RowBinaryError(`columns of type ${type} can't be read`);
  }
}

// --- Collectors ------------------------------------------------------------------------------------------------------

type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

function numberCollector(
  width: number,
  ArrayType: new (length: number) => NumberArray,
  get: (view: DataView, at: number) => number
): Collector {
  let values = new ArrayType(16);
  let length = 0;
  const push = (value: number) => {
    if (length === values.length) {
      const grown = new ArrayType(length * 2);
      grown.set(values);
      values = grown;
    }
    values[length++] = value;
  };
  return {
    width,
    read: (cursor) => push(get(cursor.view, advance(cursor, width))),
    readNull() {
      // NaN needs floats: a column with nulls changes over to them once.
      if (!(values instanceof Float64Array || values instanceof Float32Array)) {
        values = Float64Array.from(values);
        ArrayType = Float64Array;
      }
      push(NaN);
    },
    take: () => ({ form: 'numbers', values: values.subarray(0, length) }),
  };
}

/** 64-bit integers, copied as two words each so that no BigInt is made before somebody reads one. */
function wordCollector(ArrayType: BigUint64ArrayConstructor | BigInt64ArrayConstructor): Collector {
  let words = new Uint32Array(32);
  let length = 0;
  const reserve = () => {
    if (length + 2 > words.length) {
      const grown = new Uint32Array(words.length * 2);
      grown.set(words);
      words = grown;
    }
  };
  return {
    width: 8,
    read(cursor) {
      reserve();
      const at = advance(cursor, 8);
      words[length++] = cursor.view.getUint32(at, true);
      words[length++] = cursor.view.getUint32(at + 4, true);
    },
    readNull() {
      reserve();
      words[length++] = 0;
      words[length++] = 0;
    },
    take: () => ({ form: 'bigints', values: new ArrayType(words.buffer, 0, length / 2) }),
  };
}

function int128Collector(): Collector {
  const values: bigint[] = [];
  return {
    width: 16,
    read(cursor) {
      const at = advance(cursor, 16);
      values.push((cursor.view.getBigInt64(at + 8, true) << 64n) | cursor.view.getBigUint64(at, true));
    },
    readNull: () => void values.push(0n),
    take: () => ({ form: 'bigints', values }),
  };
}

/** Sorted columns repeat: a value with the bytes of the one before is the same string, not a new one. */
function stringCollector(): Collector {
  const values: string[] = [];
  let lastAt = 0;
  let lastLength = -1;
  return {
    read(cursor) {
      const length = readSize(cursor);
      const at = advance(cursor, length);
      const { buffer } = cursor;
      if (length === lastLength && buffer.compare(buffer, lastAt, lastAt + length, at, at + length) === 0) {
        values.push(values[values.length - 1]);
        return;
      }
      values.push(buffer.toString('utf8', at, at + length));
      lastAt = at;
      lastLength = length;
    },
    readNull() {
      values.push('');
      lastLength = -1;
    },
    take: () => ({ form: 'strings', values }),
  };
}

function fixedStringCollector(width: number): Collector {
  const values: string[] = [];
  return {
    width,
    read(cursor) {
      const at = advance(cursor, width);
      let end = at + width;
      while (end > at && cursor.buffer[end - 1] === 0) {
        end--;
      }
      values.push(cursor.buffer.toString('utf8', at, end));
    },
    readNull: () => void values.push(''),
    take: () => ({ form: 'strings', values }),
  };
}

function uuidCollector(): Collector {
  const values: string[] = [];
  const half = (cursor: Cursor, at: number) => cursor.view.getBigUint64(at, true).toString(16).padStart(16, '0');
  return {
    width: 16,
    read(cursor) {
      const at = advance(cursor, 16);
      const hex = half(cursor, at) + half(cursor, at + 8);
      values.push(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
    },
    readNull: () => void values.push(''),
    take: () => ({ form: 'strings', values }),
  };
}

function nullableCollector(inner: Collector): Collector {
  return {
    read(cursor) {
      if (cursor.view.getUint8(advance(cursor, 1)) === 1) {
        inner.readNull();
      } else {
        inner.read(cursor);
      }
    },
    readNull: () => inner.readNull(),
    take: () => inner.take(),
  };
}

/** All items lie in one collector; a value of the column is a range of it. */
function arrayCollector(itemType: string): Collector {
  const items = collectorFor(itemType);
  const ends: number[] = [];
  let end = 0;
  return {
    read(cursor) {
      const size = readSize(cursor);
      for (let i = 0; i < size; i++) {
        items.read(cursor);
      }
      ends.push((end += size));
    },
    readNull: () => void ends.push(end),
    take: () => ({ form: 'arrays', values: cutRanges(items.take(), ends) }),
  };
}

function cutRanges(items: Values, ends: readonly number[]): Arrays {
  const { form, values } = items;
  if (form === 'arrays' || form === 'maps') {
    throw new RowBinaryError(`arrays of ${form} can't be read`);
  }
  return ends.map((end, i) => sliceOf(values, i === 0 ? 0 : ends[i - 1], end));
}

function sliceOf(values: ArrayLike<number> | ArrayLike<bigint> | readonly string[], from: number, to: number) {
  return ArrayBuffer.isView(values)
    ? (values as Float64Array | BigUint64Array).subarray(from, to)
    : (values as readonly string[]).slice(from, to);
}

function mapCollector(inner: string): Collector {
  const [keyType, valueType] = splitArguments(inner);
  const keys = arrayItems(keyType);
  const items = arrayItems(valueType);
  const ends: number[] = [];
  let end = 0;
  return {
    read(cursor) {
      const size = readSize(cursor);
      for (let i = 0; i < size; i++) {
        keys.read(cursor);
        items.read(cursor);
      }
      ends.push((end += size));
    },
    readNull: () => void ends.push(end),
    take: () => ({ form: 'maps', values: joinMaps(keys.take().values, items.take().values, ends) }),
  };
}

/** Keys and values of maps: scalar types only. */
function arrayItems(type: string): Collector {
  if (/^(Array|Map)\(/.test(type)) {
    throw new RowBinaryError(`maps with ${type} can't be read`);
  }
  return collectorFor(type);
}

function joinMaps(keys: ArrayLike<unknown>, values: ArrayLike<unknown>, ends: readonly number[]): Maps {
  return ends.map((end, i) => {
    const map = new Map<string, string>();
    for (let at = i === 0 ? 0 : ends[i - 1]; at < end; at++) {
      map.set(String(keys[at]), String(values[at]));
    }
    return map;
  });
}

// --- Cursor ----------------------------------------------------------------------------------------------------------

/** Steps over `count` bytes and returns where they start. */
function advance(cursor: Cursor, count: number): number {
  const { at } = cursor;
  if (count > cursor.buffer.length - at) {
    throw new RowBinaryError(`the answer is cut off at byte ${cursor.buffer.length}`);
  }
  cursor.at = at + count;
  return at;
}

/** LEB128, at most 2^35. */
export function readSize(cursor: Cursor): number {
  let size = 0;
  for (let factor = 1; factor <= 0x80 ** 4; factor *= 0x80) {
    const byte = cursor.buffer[advance(cursor, 1)];
    size += (byte & 0x7f) * factor;
    if (byte < 0x80) {
      return size;
    }
  }
  throw new RowBinaryError(`a length of more than 5 bytes before byte ${cursor.at}`);
}

export function readStrings(cursor: Cursor, count: number): string[] {
  const strings: string[] = [];
  for (let i = 0; i < count; i++) {
    const length = readSize(cursor);
    const at = advance(cursor, length);
    strings.push(cursor.buffer.toString('utf8', at, at + length));
  }
  return strings;
}
