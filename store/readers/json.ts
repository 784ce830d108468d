import { ReaderError } from '../../src/model/profile';
import type { FailKind } from './fail';

export type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A parsed JSON file; what is in it is `unknown` until one of these functions has looked at it. */
export class JsonFile {
  readonly root: unknown;

  constructor(
    bytes: Uint8Array,
    private readonly format: string
  ) {
    this.root = this.parse(new TextDecoder().decode(bytes));
  }

  private parse(text: string): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const at = Number(/at position (\d+)/.exec(message)?.[1] ?? text.length);
      const reason = at >= text.length || /end of JSON|Unterminated/.test(message) ? 'cut off' : 'not valid JSON';
      throw new ReaderError(this.format, Math.min(at, text.length), reason);
    }
  }

  fail(reason: string, kind: FailKind = 'broken'): never {
    throw new ReaderError(this.format, 0, reason, kind);
  }

  object(value: unknown, what: string): JsonObject {
    return isObject(value) ? value : this.fail(`${what} is not an object`);
  }

  /** An object, or none where nothing is said. */
  optionalObject(value: unknown): JsonObject {
    return isObject(value) ? value : {};
  }

  array(value: unknown, what: string): readonly unknown[] {
    return Array.isArray(value) ? value : this.fail(`${what} is not a list`);
  }

  optionalArray(value: unknown, what: string): readonly unknown[] {
    return value === undefined || value === null ? [] : this.array(value, what);
  }

  number(value: unknown, what: string): number {
    return typeof value === 'number' && Number.isFinite(value) ? value : this.fail(`${what} is not a number`);
  }

  /** An index into a list of `length` entries. */
  index(value: unknown, length: number, what: string): number {
    const index = this.number(value, what);
    return Number.isInteger(index) && index >= 0 && index < length
      ? index
      : this.fail(`${what} ${index} is beyond the list of ${length}`);
  }

  text(value: unknown, what: string): string {
    return typeof value === 'string' ? value : this.fail(`${what} is not a text`);
  }
}

export function textOr(value: unknown, otherwise: string): string {
  return typeof value === 'string' ? value : otherwise;
}

export function numberOr(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

/** What the outermost level of a JSON text shows. */
export interface JsonOutline {
  readonly kind: 'object' | 'array' | 'none';
  /** Of the object, or of the array's first object; of a cut text, those before the cut. */
  readonly keys: ReadonlySet<string>;
}

const none: JsonOutline = { kind: 'none', keys: new Set() };
/** Several readers ask for the same file. */
const outlines = new WeakMap<Uint8Array, JsonOutline>();

/** Walks over a JSON text without parsing it; keys may come in any order, so all of it may be passed. */
export function jsonOutline(bytes: Uint8Array): JsonOutline {
  const known = outlines.get(bytes);
  if (known !== undefined) {
    return known;
  }
  const start = skipSpace(bytes, bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0);
  const outline = outlineFrom(bytes, start);
  outlines.set(bytes, outline);
  return outline;
}

function outlineFrom(bytes: Uint8Array, start: number): JsonOutline {
  if (bytes[start] === openBrace) {
    return { kind: 'object', keys: keysOfObject(bytes, start) };
  }
  if (bytes[start] !== openBracket) {
    return none;
  }
  const first = skipSpace(bytes, start + 1);
  return { kind: 'array', keys: bytes[first] === openBrace ? keysOfObject(bytes, first) : none.keys };
}

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

function skipSpace(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] === 0x20 || (bytes[at] >= 0x09 && bytes[at] <= 0x0d)) {
    at++;
  }
  return at;
}

/** Longer keys are none that a format has. */
const longestKey = 64;

function keysOfObject(bytes: Uint8Array, start: number): Set<string> {
  const keys = new Set<string>();
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfString(bytes, at + 1);
      if (depth === 1 && end - at <= longestKey && bytes[skipSpace(bytes, end + 1)] === colon) {
        keys.add(new TextDecoder().decode(bytes.subarray(at + 1, end)));
      }
      at = end;
    } else if (byte === openBrace || byte === openBracket) {
      depth++;
    } else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) {
      break;
    }
  }
  return keys;
}

function endOfString(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== quote) {
    at += bytes[at] === backslash ? 2 : 1;
  }
  return at;
}
