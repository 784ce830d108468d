import { frameNames, languageOfFile, type FrameNames } from '../../../src/model/frame-names';
import type { Language } from '../../../src/model/language';
import type { ReaderLimits } from '../../../src/model/profile';
import type { FrameFields, ProfileBuilder } from '../../../src/model/profile-builder';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { IdIndex } from './ids';
import type { Layout, Spans } from './layout';
import type { StringTable } from './strings';

/** Frames of every location, innermost inlined call first: those of location i are frame[start[i]] up to frame[start[i + 1]]. */
export interface Locations {
  readonly ids: IdIndex;
  readonly start: Uint32Array;
  readonly frame: Uint32Array;
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
  for (const file of functions.file.subarray(0, 256)) {
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
  private readonly functionAt: number[] = [];
  private readonly lineAt: number[] = [];
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
    return { ids, start, frame: this.frame };
  }

  private readOne(): void {
    const { cursor } = this;
    this.functionAt.length = this.lineAt.length = 0;
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
    this.functionAt.push(index);
    this.lineAt.push(line);
  }

  private addFrames(): void {
    const { functionAt, lineAt, cursor } = this;
    const count = Math.max(1, functionAt.length);
    if (count > this.limits.stackDepth || this.frames + count > maxLines) {
      cursor.fail(`a location of ${count} inlined lines`, 'tooLarge');
    }
    if (this.frames + count > this.frame.length) {
      const larger = new Uint32Array((this.frames + count) * 2);
      larger.set(this.frame);
      this.frame = larger;
    }
    if (functionAt.length === 0) {
      this.frame[this.frames++] = this.maker.ofAddress(this.mapping, this.addressLow, this.addressHigh);
    }
    for (let i = 0; i < functionAt.length; i++) {
      this.frame[this.frames++] = this.maker.ofLine(
        functionAt[i],
        lineAt[i],
        this.mapping,
        this.addressLow,
        this.addressHigh
      );
    }
  }
}

type MutableFields = { -readonly [K in keyof FrameFields]: FrameFields[K] };

/** Makes frames; what a function's name tells is worked out once per function and binary. */
class FrameMaker {
  private readonly known: Array<MutableFields | undefined>;
  private readonly knownMapping: Int32Array;

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly strings: StringTable,
    readonly functions: Functions,
    readonly mappings: Mappings,
    private readonly language: Language | ''
  ) {
    this.known = new Array<MutableFields | undefined>(functions.name.length).fill(undefined);
    this.knownMapping = new Int32Array(functions.name.length);
  }

  ofLine(index: number, line: number, mapping: number, addressLow: number, addressHigh: number): number {
    if (this.functions.name[index] === 0) {
      return this.ofAddress(mapping, addressLow, addressHigh);
    }
    let fields = this.known[index];
    if (fields === undefined || this.knownMapping[index] !== mapping) {
      fields = this.fieldsOf(index, mapping);
      this.known[index] = fields;
      this.knownMapping[index] = mapping;
    }
    fields.line = line;
    return this.builder.frame(fields);
  }

  private fieldsOf(index: number, mapping: number): MutableFields {
    const { builder, strings, functions } = this;
    const name = strings.get(functions.name[index]);
    const file = strings.get(functions.file[index]);
    const names = namesOf(name, file, this.mappings.list[mapping]?.file ?? '', this.language);
    return {
      method: builder.string(name),
      className: builder.string(names.className),
      packageName: builder.string(names.packageName),
      library: builder.string(names.library),
      file: builder.string(file),
      line: 0,
      kind: names.kind,
    };
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

/**
 * Functions recur in every upload of a service, and taking names apart costs more than reading the file: so the answers are
 * remembered, in two halves of which the older is dropped when the younger is full.
 */
const rememberedNames = 30_000;
let young = new Map<string, FrameNames>();
let old = new Map<string, FrameNames>();

function namesOf(name: string, file: string, mapping: string, language: Language | ''): FrameNames {
  const key = `${language}\n${mapping}\n${file}\n${name}`;
  const known = young.get(key);
  if (known !== undefined) {
    return known;
  }
  const names = old.get(key) ?? frameNames({ name, file, mapping, language });
  if (young.size >= rememberedNames) {
    old = young;
    young = new Map();
  }
  if (key.length < 1000) {
    young.set(key, names);
  }
  return names;
}
