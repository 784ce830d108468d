import { noText } from '../texts';
import type { JfrCursor } from './cursor';
import { readReference, readText, skipString } from './strings';

/** A type of one chunk: an event, a pooled or inlined structure, or a primitive. Field order is the encoding. */
export interface JfrClass {
  readonly id: number;
  /** `com.oracle.jdk.X` of version 1.0 as `jdk.X`. */
  readonly name: string;
  readonly fields: readonly JfrField[];
}

export interface JfrField {
  readonly name: string;
  readonly classId: number;
  /** The value is a key of the pool of this class. */
  readonly pooled: boolean;
  readonly isArray: boolean;
  /** Of a time or size as an annotation says it, `Timespan MILLISECONDS`; '' = none. */
  readonly unit: string;
}

export type Metadata = ReadonlyMap<number, JfrClass>;

/** Deeper element trees are no metadata: root > metadata > class > field > annotation is all there is. */
const maxDepth = 16;

/** Reads the metadata event at the cursor: a string table, then a tree of elements whose names are indexes into it. */
export function readMetadata(cursor: JfrCursor, end: number): Metadata {
  const start = cursor.at;
  cursor.end = end;
  const size = cursor.varint();
  if (cursor.varint() !== 0 || size > end - start) {
    cursor.fail('no metadata where the chunk says it is');
  }
  cursor.end = start + size;
  cursor.skipVarint();
  cursor.skipVarint();
  cursor.skipVarint();
  const bytes = cursor.bytes.subarray(cursor.at, cursor.end);
  const read = () => new TreeReader(cursor, readStarts(cursor)).read();
  return bytes.length > mostWordBytes ? read() : remembered(wordsOf(bytes), read);
}

interface KnownMetadata {
  readonly words: Uint32Array;
  readonly sample: number;
  readonly metadata: Metadata;
  /** About what it takes. */
  readonly bytes: number;
}

/**
 * Chunks and recordings of one JVM repeat their metadata, which takes longer to read than all events of a small recording. The
 * newest come first.
 */
const known: KnownMetadata[] = [];
const mostKnown = 64;
const mostWordBytes = 1 << 19;
/** Of one and of all: a JVM's metadata takes half a megabyte, a made-up one of few bytes a hundred. */
const mostBytesOfOne = 3_000_000;
const mostBytes = 16_000_000;

/** What these words say, read where that is not known. */
function remembered(words: Uint32Array, read: () => Metadata): Metadata {
  const sample = sampleOf(words);
  const at = known.findIndex((one) => one.sample === sample && areEqual(one.words, words));
  if (at >= 0) {
    const [found] = known.splice(at, 1);
    known.unshift(found);
    return found.metadata;
  }
  const metadata = read();
  remember({ words, sample, metadata, bytes: words.byteLength + bytesOf(metadata) });
  return metadata;
}

function remember(one: KnownMetadata): void {
  if (one.bytes > mostBytesOfOne) {
    return;
  }
  known.unshift(one);
  let left = mostBytes;
  const end = known.findIndex(({ bytes }, at) => at === mostKnown || (left -= bytes) < 0);
  known.length = end < 0 ? known.length : end;
}

const bytesOfClass = 200;
const bytesOfField = 80;

function bytesOf(metadata: Metadata): number {
  let bytes = 0;
  for (const { name, fields } of metadata.values()) {
    bytes += bytesOfClass + 2 * name.length;
    for (const field of fields) {
      bytes += bytesOfField + 2 * (field.name.length + field.unit.length);
    }
  }
  return bytes;
}

/** Every sixteenth word: most others differ in it, so that few are compared in full. */
function sampleOf(words: Uint32Array): number {
  let hash = 0;
  for (let at = 0; at < words.length; at += 16) {
    hash = Math.imul(hash ^ words[at], 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

/** The length of the bytes, then the bytes, to be compared faster. */
function wordsOf(bytes: Uint8Array): Uint32Array {
  const words = new Uint32Array(1 + Math.ceil(bytes.length / 4));
  words[0] = bytes.length;
  new Uint8Array(words.buffer).set(bytes, 4);
  return words;
}

function areEqual(a: Uint32Array, b: Uint32Array): boolean {
  let at = 0;
  while (at < a.length && a[at] === b[at]) {
    at++;
  }
  return at === a.length && a.length === b.length;
}

/** Where the strings of the table at the cursor start. */
function readStarts(cursor: JfrCursor): number[] {
  const starts: number[] = [];
  for (let left = cursor.varint(); left > 0; left--) {
    starts.push(cursor.at);
    skipString(cursor);
  }
  return starts;
}

type OpenField = { -readonly [key in keyof JfrField]: JfrField[key] };

interface OpenClass {
  readonly id: number;
  readonly name: string;
  readonly fields: OpenField[];
}

const unitAnnotations: ReadonlyMap<string, string> = new Map([
  ['jdk.jfr.Timespan', 'Timespan'],
  ['jdk.Timespan', 'Timespan'],
  ['jdk.jfr.Timestamp', 'Timestamp'],
  ['jdk.Timestamp', 'Timestamp'],
  ['jdk.jfr.DataAmount', 'DataAmount'],
  ['jdk.DataAmount', 'DataAmount'],
]);

/** Types, fields and annotations in one chunk: fifty times what a large application has. */
const mostElements = 200_000;

class TreeReader {
  private elements = 0;
  private readonly classes = new Map<number, JfrClass>();
  private readonly known: Array<string | undefined>;
  /** Attributes of the element at hand: names, and values as indexes of strings. */
  private readonly keys: string[] = [];
  private readonly values: number[] = [];
  private openClass: OpenClass | undefined;
  private openField: OpenField | undefined;
  /** Annotations of fields, whose classes may come later: field, id of the class, value as index of a string. */
  private readonly annotated: OpenField[] = [];
  private readonly annotations: number[] = [];

  constructor(
    private readonly cursor: JfrCursor,
    private readonly starts: readonly number[]
  ) {
    this.known = new Array<string | undefined>(starts.length);
  }

  read(): Metadata {
    this.element(0);
    this.annotated.forEach((field, i) => {
      const name = unitAnnotations.get(this.classes.get(this.annotations[2 * i])?.name ?? '');
      if (name !== undefined) {
        field.unit = `${name} ${this.text(this.annotations[2 * i + 1])}`;
      }
    });
    return this.classes;
  }

  private element(depth: number): void {
    const { cursor } = this;
    if (depth > maxDepth) {
      cursor.fail('metadata that is nested too deeply');
    }
    const name = this.text(cursor.varint());
    this.keys.length = 0;
    this.values.length = 0;
    for (let left = cursor.varint(); left > 0; left--) {
      this.keys.push(this.text(cursor.varint()));
      this.values.push(cursor.varint());
    }
    this.open(name);
    for (let left = cursor.varint(); left > 0; left--) {
      this.element(depth + 1);
    }
    if (name === 'class') {
      this.openClass = undefined;
    } else if (name === 'field') {
      this.openField = undefined;
    }
  }

  private open(element: string): void {
    if (++this.elements > mostElements) {
      this.cursor.fail(`metadata of more than ${mostElements} types, fields and annotations`, 'tooLarge');
    }
    if (element === 'class') {
      this.openClass = { id: this.number('id'), name: plainName(this.attribute('name')), fields: [] };
      this.classes.set(this.openClass.id, this.openClass);
    } else if (element === 'field' && this.openClass !== undefined) {
      this.openField = {
        name: this.attribute('name'),
        classId: this.number('class'),
        pooled: this.attribute('constantPool') === 'true',
        isArray: this.attribute('dimension') === '1',
        unit: '',
      };
      this.openClass.fields.push(this.openField);
    } else if (element === 'annotation' && this.openField !== undefined) {
      this.annotated.push(this.openField);
      this.annotations.push(this.number('class'), this.values[this.keys.indexOf('value')] ?? 0);
    }
  }

  private attribute(key: string): string {
    const at = this.keys.indexOf(key);
    return at < 0 ? '' : this.text(this.values[at]);
  }

  private number(key: string): number {
    const value = Number(this.attribute(key));
    return Number.isSafeInteger(value) ? value : this.cursor.fail(`a type with the number "${this.attribute(key)}"`);
  }

  private text(index: number): string {
    if (index >= this.starts.length) {
      this.cursor.fail('metadata names a string that is not there');
    }
    const known = this.known[index];
    if (known !== undefined) {
      return known;
    }
    const { at } = this.cursor;
    this.cursor.at = this.starts[index];
    const { text } = readReference(this.cursor) ? noText : readText(this.cursor);
    this.cursor.at = at;
    this.known[index] = text;
    return text;
  }
}

function plainName(name: string): string {
  return name.startsWith('com.oracle.')
    ? name.replace(/^com\.oracle\.jdk\./, 'jdk.').replace(/^com\.oracle\.jfr\./, 'jdk.')
    : name;
}
