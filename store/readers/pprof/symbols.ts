import { frameNames, languageOfFile, type FrameNames } from '../../../src/model/frame-names';
import type { Language } from '../../../src/model/language';
import type { ReaderLimits } from '../../../src/model/profile';
import { frameToWords, frameWords, type ProfileBuilder } from '../../../src/model/profile-builder';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { IdIndex } from './ids';
import type { Layout, Spans } from './layout';
import type { StringTable } from './strings';

/** Frames of every location, innermost inlined call first: those of location i are frame[start[i]] up to frame[start[i + 1]]. */
export interface Locations {
  readonly ids: IdIndex;
  readonly start: Uint32Array;
  readonly frame: Uint32Array;
  /** By small location id: frame + 1 of a location with one frame, else 0. Nearly all ids and locations are like that. */
  readonly single: Uint32Array;
}

interface Functions {
  readonly ids: IdIndex;
  /** String indexes of the file. */
  readonly name: Uint32Array;
  readonly file: Uint32Array;
}

interface Mapping {
  readonly memoryStart: number;
  readonly memoryLimit: number;
  readonly fileOffset: number;
  readonly file: string;
}

interface Mappings {
  readonly ids: IdIndex;
  readonly list: readonly Mapping[];
}

/** Bounds the frames of all locations together; a file of 64 MB has at most some 10 million lines. */
const maxLines = 16_000_000;

/** Reads mappings, functions and locations, and makes the frames. */
export function readLocations(
  cursor: ProtobufCursor,
  layout: Layout,
  strings: StringTable,
  builder: ProfileBuilder,
  limits: ReaderLimits
): Locations {
  const functions = readFunctions(cursor, layout.functions, strings);
  const mappings = readMappings(cursor, layout.mappings, strings);
  const maker = new FrameMaker(builder, strings, functions, mappings, mainLanguage(functions, strings));
  return new LocationReader(cursor, maker, limits).read(layout.locations);
}

function readFunctions(cursor: ProtobufCursor, spans: Spans, strings: StringTable): Functions {
  const ids = new IdIndex(cursor, 'function', spans.length);
  const name = new Uint32Array(spans.length);
  const file = new Uint32Array(spans.length);
  for (let i = 0; i < spans.length; i++) {
    enter(cursor, spans, i);
    let low = 0;
    let high = 0;
    while (cursor.at < cursor.end) {
      const field = cursor.field();
      if (field === 1 && cursor.wire === wireVarint) {
        cursor.words();
        low = cursor.low;
        high = cursor.high;
      } else if (field === 2 || field === 4) {
        cursor.expect(wireVarint, 'a name of a function');
        (field === 2 ? name : file)[i] = stringIndex(cursor, strings);
      } else {
        cursor.skip();
      }
    }
    ids.add(low, high, i);
  }
  leave(cursor);
  return { ids, name, file };
}

function readMappings(cursor: ProtobufCursor, spans: Spans, strings: StringTable): Mappings {
  const ids = new IdIndex(cursor, 'mapping', spans.length);
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
    const [, , memoryStart, memoryLimit, fileOffset, file] = numbers;
    list.push({ memoryStart, memoryLimit, fileOffset, file: strings.get(file) });
  }
  leave(cursor);
  return { ids, list };
}

/** The language of most source files; it decides for functions whose own file doesn't. */
function mainLanguage(functions: Functions, strings: StringTable): Language | '' {
  const counts = new Map<Language, number>();
  for (const file of functions.file.subarray(0, 32)) {
    const language = languageOfFile(strings.get(file));
    if (language !== '') {
      counts.set(language, (counts.get(language) ?? 0) + 1);
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
}

/** Positions the cursor in message i. */
export function enter(cursor: ProtobufCursor, spans: Spans, i: number): void {
  cursor.at = spans.start[i];
  cursor.end = spans.end[i];
}

function leave(cursor: ProtobufCursor): void {
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

/** Reads locations one by one into the flat table of frames. */
class LocationReader {
  /** Function index and line of every line of the location at hand. */
  private lines = new Int32Array(32);
  private lineCount = 0;
  private low = 0;
  private high = 0;
  private mapping = -1;
  private addressLow = 0;
  private addressHigh = 0;
  private frame: Uint32Array<ArrayBuffer> = new Uint32Array(0);
  private frames = 0;

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly maker: FrameMaker,
    private readonly limits: ReaderLimits
  ) {}

  read(spans: Spans): Locations {
    const { cursor } = this;
    const ids = new IdIndex(cursor, 'location', spans.length);
    const start = new Uint32Array(spans.length + 1);
    this.frame = new Uint32Array(spans.length + (spans.length >> 1) + 16);
    for (let i = 0; i < spans.length; i++) {
      enter(cursor, spans, i);
      this.readOne();
      ids.add(this.low, this.high, i);
      this.addFrames();
      start[i + 1] = this.frames;
    }
    leave(cursor);
    return { ids, start, frame: this.frame, single: singleFrames(ids.dense, start, this.frame) };
  }

  private readOne(): void {
    const { cursor } = this;
    this.lineCount = 0;
    this.low = this.high = this.addressLow = this.addressHigh = 0;
    this.mapping = -1;
    while (cursor.at < cursor.end) {
      const field = cursor.field();
      if (field === 4) {
        this.readLine();
      } else if (field > 3) {
        cursor.skip();
      } else {
        this.readNumber(field);
      }
    }
  }

  private readNumber(field: number): void {
    const { cursor } = this;
    cursor.expect(wireVarint, 'a number of a location');
    cursor.words();
    if (field === 1) {
      this.low = cursor.low;
      this.high = cursor.high;
    } else if (field === 2) {
      this.mapping = this.maker.mappings.ids.find(cursor.low, cursor.high);
    } else {
      this.addressLow = cursor.low;
      this.addressHigh = cursor.high;
    }
  }

  /** Line: function id, line, column. JavaScript producers pack the column above the 32 bits of the line. */
  private readLine(): void {
    const { cursor } = this;
    cursor.expect(wireBytes, 'a line');
    const outerEnd = cursor.end;
    cursor.end = cursor.bytesEnd();
    let index = -1;
    let line = 0;
    while (cursor.at < cursor.end) {
      const field = cursor.field();
      if (field > 2) {
        cursor.skip();
        continue;
      }
      cursor.expect(wireVarint, 'a number of a line');
      cursor.words();
      if (field === 1) {
        index = this.maker.functions.ids.find(cursor.low, cursor.high);
      } else {
        line = cursor.low | 0;
      }
    }
    if (index < 0) {
      cursor.fail('a line of a location names no known function');
    }
    cursor.end = outerEnd;
    this.addLine(index, line);
  }

  private addLine(index: number, line: number): void {
    const at = this.lineCount++ * 2;
    if (this.lineCount > this.limits.stackDepth) {
      this.cursor.fail(`a location of more than ${this.limits.stackDepth} inlined lines`, 'tooLarge');
    }
    if (at === this.lines.length) {
      const larger = new Int32Array(at * 2);
      larger.set(this.lines);
      this.lines = larger;
    }
    this.lines[at] = index;
    this.lines[at + 1] = line;
  }

  private addFrames(): void {
    const { lines, lineCount, maker } = this;
    if (this.frames + lineCount >= this.frame.length) {
      this.growFrames();
    }
    if (lineCount === 0) {
      this.frame[this.frames++] = maker.ofAddress(this.mapping, this.addressLow, this.addressHigh);
    }
    for (let i = 0; i < lineCount * 2; i += 2) {
      this.frame[this.frames++] = maker.ofLine(lines[i], lines[i + 1], this.mapping, this.addressLow, this.addressHigh);
    }
  }

  private growFrames(): void {
    const length = this.frames + this.lineCount + 1;
    if (length > maxLines) {
      this.cursor.fail(`more than ${maxLines} lines in all locations`, 'tooLarge');
    }
    const larger = new Uint32Array(length * 2);
    larger.set(this.frame);
    this.frame = larger;
  }
}

function singleFrames(dense: Uint32Array, start: Uint32Array, frame: Uint32Array): Uint32Array {
  const single = new Uint32Array(dense.length);
  for (let id = 0; id < dense.length; id++) {
    const after = dense[id];
    if (after > 0 && start[after] - start[after - 1] === 1) {
      single[id] = frame[start[after - 1]] + 1;
    }
  }
  return single;
}

/** Makes frames; what a function's name tells is worked out once per function and binary. */
class FrameMaker {
  /** `frameWords` per function, for the mapping in `mappingOf`. */
  private readonly words: Uint32Array;
  /** Mapping index + 2; 0 = the function was not seen yet. */
  private readonly mappingOf: Uint32Array;
  /** The builder's index of the file's strings, 0 = not asked for yet. */
  private readonly stringOf: Uint32Array;

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly strings: StringTable,
    readonly functions: Functions,
    readonly mappings: Mappings,
    private readonly language: Language | ''
  ) {
    this.words = new Uint32Array(functions.name.length * frameWords);
    this.mappingOf = new Uint32Array(functions.name.length);
    this.stringOf = new Uint32Array(strings.length);
  }

  ofLine(index: number, line: number, mapping: number, addressLow: number, addressHigh: number): number {
    if (this.functions.name[index] === 0) {
      return this.ofAddress(mapping, addressLow, addressHigh);
    }
    if (this.mappingOf[index] !== mapping + 2) {
      this.nameFunction(index, mapping);
      this.mappingOf[index] = mapping + 2;
    }
    return this.builder.frameOfWords(this.words, index * frameWords, line);
  }

  private nameFunction(index: number, mapping: number): void {
    const { builder, strings, functions } = this;
    const name = strings.get(functions.name[index]);
    const file = strings.get(functions.file[index]);
    const names = namesOf(name, file, this.mappings.list[mapping]?.file ?? '', this.language);
    const fields = {
      method: this.string(functions.name[index]),
      className: builder.string(names.className),
      packageName: builder.string(names.packageName),
      library: builder.string(names.library),
      file: this.string(functions.file[index]),
      line: 0,
      kind: names.kind,
    };
    frameToWords(fields, this.words, index * frameWords);
  }

  private string(index: number): number {
    return (this.stringOf[index] ||= this.builder.tableString(this.strings.get(index)));
  }

  /** Code without a name: `binary+0xaddress`, the address counted from the binary's start where that is known. */
  ofAddress(mapping: number, low: number, high: number): number {
    const address = high * 0x1_0000_0000 + low;
    const known = this.mappings.list[mapping];
    const binary = known?.file.slice(known.file.lastIndexOf('/') + 1) ?? '';
    const inside = known !== undefined && address >= known.memoryStart && address < known.memoryLimit;
    const offset = inside ? address - known.memoryStart + known.fileOffset : address;
    const library = this.builder.string(binary);
    const method = this.builder.string(
      address === 0 ? '(unnamed)' : `${binary}${binary && '+'}0x${offset.toString(16)}`
    );
    return this.builder.frame({ method, className: 0, packageName: 0, library, file: 0, line: 0, kind: 'native' });
  }
}

/** The names of one function, remembered with what they were made from. */
interface Remembered {
  readonly file: string;
  readonly mapping: string;
  readonly language: Language | '';
  readonly names: FrameNames;
}

/**
 * Functions recur in every upload of a service, and taking names apart costs more than reading the file: so the answers are
 * remembered by function name, in two halves of which the older is dropped when the younger is full.
 */
const rememberedNames = 30_000;
const longestRemembered = 1000;
let young = new Map<string, Remembered>();
let old = new Map<string, Remembered>();

function namesOf(name: string, file: string, mapping: string, language: Language | ''): FrameNames {
  const known = young.get(name) ?? old.get(name);
  if (known !== undefined && known.file === file && known.mapping === mapping && known.language === language) {
    return known.names;
  }
  const names = frameNames({ name, file, mapping, language });
  if (young.size >= rememberedNames) {
    old = young;
    young = new Map();
  }
  if (name.length + file.length + mapping.length < longestRemembered) {
    young.set(name, { file, mapping, language, names });
  }
  return names;
}
