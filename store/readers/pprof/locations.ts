import type { ReaderLimits } from '../../../src/model/profile';
import type { ProfileBuilder } from '../../../src/model/profile-builder';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { FrameMaker } from './frames';
import { IdIndex } from './ids';
import type { Layout } from './layout';
import { Scratch } from './scratch';
import type { Spans } from './spans';
import type { StringTable } from './strings';
import { enter, leave, mainLanguage, readFunctions, readMappings } from './symbols';

/** Frames of every location, innermost inlined call first: those of location i are frame[start[i]] up to frame[start[i + 1]]. */
export interface Locations {
  readonly ids: IdIndex;
  readonly start: Uint32Array;
  readonly frame: Uint32Array;
  /** By id below `ids.denseLength`: frame + 1 of a location with one frame, else 0. Nearly all ids and locations are like that. */
  readonly single: Uint32Array;
}

/** Bounds the frames of all locations together; a file of 64 MB has at most some 10 million lines. */
const maxLines = 16_000_000;

/** Tags of a location's fields, then of a line's. */
const idTag = 0x08;
const mappingTag = 0x10;
const addressTag = 0x18;
const lineTag = 0x22;
const functionTag = 0x08;
const numberTag = 0x10;
/** Of a varint. */
const mostInTwoBytes = 0x3fff;

const locationIds = new Scratch();
const frameStarts = new Scratch();
const locationFrames = new Scratch();
const singleScratch = new Scratch();
const lineScratch = new Int32Array(64);
const noWords = new Uint32Array(0);

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

/** Reads locations one by one into the flat table of frames. */
class LocationReader {
  /** Function index and line of every line of the location at hand. */
  private lines = lineScratch;
  private lineCount = 0;
  private low = 0;
  private high = 0;
  private mapping = -1;
  /** Where the address is in the file, 0 = not said; hardly anyone asks for it. */
  private addressAt = 0;
  private frame: Uint32Array = noWords;
  private frames = 0;

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly maker: FrameMaker,
    private readonly limits: ReaderLimits
  ) {}

  read(spans: Spans): Locations {
    const { cursor } = this;
    const ids = new IdIndex(cursor, 'location', spans.length, locationIds);
    const start = frameStarts.zeroed(spans.length + 1);
    this.frame = locationFrames.zeroed(spans.length + (spans.length >> 1) + 16);
    for (let i = 0; i < spans.length; i++) {
      enter(cursor, spans, i);
      if (!this.readUsual()) {
        this.readOne();
      }
      ids.add(this.low, this.high, i);
      this.addFrames();
      start[i + 1] = this.frames;
    }
    leave(cursor);
    return { ids, start, frame: this.frame, single: singleFrames(ids, start, this.frame) };
  }

  private begin(): void {
    this.lineCount = 0;
    this.low = this.high = this.addressAt = 0;
    this.mapping = -1;
  }

  /**
   * Nearly all locations: known fields only, whose numbers take one or two bytes. False = another form, to be read anew. Bytes
   * beyond the message may be looked at, but then its end isn't met.
   */
  private readUsual(): boolean {
    const { bytes, end } = this.cursor;
    let { at } = this.cursor;
    this.begin();
    while (at < end) {
      const tag = bytes[at++];
      if (tag === addressTag) {
        this.addressAt = at;
        at = afterVarint(bytes, at);
        continue;
      }
      const first = bytes[at++];
      const value = first < 0x80 ? first : (first & 0x7f) | (bytes[at++] << 7);
      if (value > mostInTwoBytes) {
        return false;
      }
      if (tag === idTag) {
        this.low = value;
      } else if (tag === mappingTag) {
        this.mapping = this.maker.mappings.ids.find(value, 0);
      } else if (tag === lineTag && this.readUsualLine(at, at + value)) {
        at += value;
      } else {
        return false;
      }
    }
    if (at === end) {
      this.cursor.at = at;
    }
    return at === end;
  }

  private readUsualLine(start: number, end: number): boolean {
    const { bytes } = this.cursor;
    let at = start;
    let index = -1;
    let line = 0;
    while (at < end) {
      const tag = bytes[at++];
      const first = bytes[at++];
      const value = first < 0x80 ? first : (first & 0x7f) | (bytes[at++] << 7);
      if (value > mostInTwoBytes || (tag !== functionTag && tag !== numberTag)) {
        return false;
      }
      index = tag === functionTag ? this.maker.functions.ids.find(value, 0) : index;
      line = tag === numberTag ? value : line;
    }
    if (at !== end || index < 0) {
      return false;
    }
    this.addLine(index, line);
    return true;
  }

  private readOne(): void {
    const { cursor } = this;
    this.begin();
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
    if (field === 3) {
      this.addressAt = cursor.at;
      cursor.skipVarint();
      return;
    }
    cursor.words();
    if (field === 1) {
      this.low = cursor.low;
      this.high = cursor.high;
    } else {
      this.mapping = this.maker.mappings.ids.find(cursor.low, cursor.high);
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
      this.frame[this.frames++] = this.ofAddress();
    }
    for (let i = 0; i < lineCount * 2; i += 2) {
      const index = lines[i];
      const named = maker.functions.name[index] !== 0;
      this.frame[this.frames++] = named ? maker.ofLine(index, lines[i + 1], this.mapping) : this.ofAddress();
    }
  }

  private ofAddress(): number {
    const { cursor } = this;
    if (this.addressAt === 0) {
      return this.maker.ofAddress(this.mapping, 0, 0);
    }
    cursor.at = this.addressAt;
    cursor.words();
    return this.maker.ofAddress(this.mapping, cursor.low, cursor.high);
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

/** Beyond the file when there is no varint here. */
function afterVarint(bytes: Uint8Array, start: number): number {
  let at = start;
  while (bytes[at] >= 0x80 && at < start + 10) {
    at++;
  }
  return at < start + 10 ? at + 1 : bytes.length + 1;
}

function singleFrames({ dense, denseLength }: IdIndex, start: Uint32Array, frame: Uint32Array): Uint32Array {
  const single = singleScratch.zeroed(denseLength);
  for (let id = 0; id < denseLength; id++) {
    const after = dense[id];
    if (after > 0 && start[after] - start[after - 1] === 1) {
      single[id] = frame[start[after - 1]] + 1;
    }
  }
  return single;
}
