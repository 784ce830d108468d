import type { Language } from '../../../src/model/language';
import { type ProtobufCursor, wireVarint } from '../protobuf';
import { IdIndex } from './ids';
import { languageOf } from './names';
import { Scratch } from './scratch';
import type { Spans } from './spans';
import type { StringTable } from './strings';
import type { Text } from '../texts';

export interface Functions {
  readonly length: number;
  readonly ids: IdIndex;
  /** String indexes of the file. */
  readonly name: Uint32Array;
  readonly file: Uint32Array;
}

export interface Mapping {
  readonly memoryStart: number;
  readonly memoryLimit: number;
  readonly fileOffset: number;
  readonly file: Text;
}

export interface Mappings {
  readonly ids: IdIndex;
  readonly list: readonly Mapping[];
}

const functionIds = new Scratch();
const functionNames = new Scratch();
const functionFiles = new Scratch();

export function readFunctions(cursor: ProtobufCursor, spans: Spans, strings: StringTable): Functions {
  const ids = new IdIndex(cursor, 'function', spans.length, functionIds);
  const name = functionNames.zeroed(spans.length);
  const file = functionFiles.zeroed(spans.length);
  const functions = { length: spans.length, ids, name, file };
  for (let i = 0; i < spans.length; i++) {
    enter(cursor, spans, i);
    if (!readUsualFunction(cursor, strings, functions, i)) {
      readFunction(cursor, strings, functions, i);
    }
  }
  leave(cursor);
  return functions;
}

/** Of a function's fields: id, name, system name, file, first line. */
const idTag = 0x08;
const nameTag = 0x10;
const systemNameTag = 0x18;
const fileTag = 0x20;
const firstLineTag = 0x28;
/** Of a varint. */
const mostInTwoBytes = 0x3fff;

/**
 * Nearly all functions: known fields only, whose numbers take one or two bytes. False = another form, to be read anew. Bytes
 * beyond the message may be looked at, but then its end isn't met.
 */
function readUsualFunction(cursor: ProtobufCursor, strings: StringTable, functions: Functions, i: number): boolean {
  const { bytes, end } = cursor;
  let { at } = cursor;
  let id = 0;
  while (at < end) {
    const tag = bytes[at++];
    const first = bytes[at++];
    const value = first < 0x80 ? first : (first & 0x7f) | (bytes[at++] << 7);
    if (value > mostInTwoBytes) {
      return false;
    }
    if (tag === idTag) {
      id = value;
    } else if ((tag === nameTag || tag === fileTag) && value < strings.length) {
      (tag === nameTag ? functions.name : functions.file)[i] = value;
    } else if (tag !== systemNameTag && tag !== firstLineTag) {
      return false;
    }
  }
  if (at !== end) {
    return false;
  }
  cursor.at = at;
  functions.ids.add(id, 0, i);
  return true;
}

function readFunction(cursor: ProtobufCursor, strings: StringTable, functions: Functions, i: number): void {
  let low = 0;
  let high = 0;
  functions.name[i] = functions.file[i] = 0;
  while (cursor.at < cursor.end) {
    const field = cursor.field();
    if (field === 1 && cursor.wire === wireVarint) {
      cursor.words();
      low = cursor.low;
      high = cursor.high;
    } else if (field === 2 || field === 4) {
      cursor.expect(wireVarint, 'a name of a function');
      (field === 2 ? functions.name : functions.file)[i] = stringIndex(cursor, strings);
    } else {
      cursor.skip();
    }
  }
  functions.ids.add(low, high, i);
}

const mappingIds = new Scratch();

export function readMappings(cursor: ProtobufCursor, spans: Spans, strings: StringTable): Mappings {
  const ids = new IdIndex(cursor, 'mapping', spans.length, mappingIds);
  const list: Mapping[] = [];
  for (let i = 0; i < spans.length; i++) {
    enter(cursor, spans, i);
    const numbers = [0, 0, 0, 0, 0, 0];
    let low = 0;
    let high = 0;
    while (cursor.at < cursor.end) {
      const field = cursor.field();
      if (field > 5 || cursor.wire !== wireVarint) {
        cursor.skip();
        continue;
      }
      numbers[field] = field === 5 ? stringIndex(cursor, strings) : cursor.varint();
      if (field === 1) {
        low = numbers[1] % 0x1_0000_0000;
        high = Math.floor(numbers[1] / 0x1_0000_0000);
      }
    }
    ids.add(low, high, i);
    const file = strings.text(numbers[5]);
    list.push({ memoryStart: numbers[2], memoryLimit: numbers[3], fileOffset: numbers[4], file });
  }
  leave(cursor);
  return { ids, list };
}

/** So many functions tell the language of all. */
const askedFunctions = 32;

/** The language of most source files; it decides for functions whose own file doesn't. */
export function mainLanguage(functions: Functions, strings: StringTable): Language | '' {
  if (functions.length === 0) {
    return '';
  }
  const languages: Array<Language | ''> = [];
  const counts: number[] = [];
  for (let i = 0; i < functions.length && i < askedFunctions; i++) {
    const language = languageOf(strings.text(functions.file[i]));
    const at = languages.indexOf(language);
    if (at >= 0) {
      counts[at]++;
    } else if (language !== '') {
      languages.push(language);
      counts.push(1);
    }
  }
  let most = 0;
  for (let i = 1; i < counts.length; i++) {
    most = counts[i] > counts[most] ? i : most;
  }
  return languages[most] ?? '';
}

/** Positions the cursor in message i. */
export function enter(cursor: ProtobufCursor, spans: Spans, i: number): void {
  cursor.at = spans.start[i];
  cursor.end = spans.end[i];
}

/** Lets the cursor read the whole file again. */
export function leave(cursor: ProtobufCursor): void {
  cursor.end = cursor.bytes.length;
}

/** Reads an index into the string table. */
export function stringIndex(cursor: ProtobufCursor, strings: StringTable): number {
  const index = cursor.varint();
  if (index >= strings.length) {
    cursor.fail(`string ${index} is beyond the table of ${strings.length}`);
  }
  return index;
}
