import type { ReaderLimits } from '../../../src/model/profile';
import type { ProfileBuilder } from '../../../src/model/profile-builder';
import { grown } from '../../../src/model/sequence-table';
import { type ProtobufCursor, wireBytes, wireVarint } from '../protobuf';
import { LabelReader } from './labels';
import type { Locations } from './locations';
import type { Spans } from './spans';
import type { StringTable } from './strings';
import { enter } from './symbols';

/**
 * Frames in all distinct stacks: a location id takes a byte or more and stands for few inlined frames, so real files stay far
 * below `framesPerByte`; a crafted one could expand to a thousand times its size. The cap is 128 MB.
 */
const framesPerByte = 16;
const leastFrames = 1_000_000;
const mostFrames = 32_000_000;
/** Samples times types: 320 MB. */
const maxValues = 40_000_000;

/** Reads all samples into the builder. */
export function readSamples(
  cursor: ProtobufCursor,
  spans: Spans,
  strings: StringTable,
  locations: Locations,
  builder: ProfileBuilder,
  limits: ReaderLimits
): void {
  if (spans.length > 0 && builder.valueTypes.length === 0) {
    cursor.fail('samples, but no sample type');
  }
  if (spans.length * builder.valueTypes.length > maxValues) {
    cursor.fail(`more than ${maxValues} values`, 'tooLarge');
  }
  const labels = new LabelReader(cursor, strings, builder, limits);
  const reader = new SampleReader(cursor, labels, locations, builder, limits);
  for (let i = 0; i < spans.length; i++) {
    enter(cursor, spans, i);
    reader.read();
  }
  labels.finish();
}

const labelTag = 0x1a;

/** For the stack and the values of one sample, used by one reading after another. */
let stackScratch = new Uint32Array(1024);
let valueScratch = new Float64Array(8);

class SampleReader {
  /** Frames of the sample at hand; entry 0 is kept free for a detail frame, the stack starts at 1. */
  private scratch = stackScratch;
  private depth = 0;
  private valueCount = 0;
  private readonly values: Float64Array;
  private readonly types: number;
  private readonly maxFrames: number;

  constructor(
    private readonly cursor: ProtobufCursor,
    private readonly labels: LabelReader,
    private readonly locations: Locations,
    private readonly builder: ProfileBuilder,
    private readonly limits: ReaderLimits
  ) {
    this.types = builder.valueTypes.length;
    valueScratch = grown(valueScratch, this.types);
    this.values = valueScratch;
    this.maxFrames = Math.min(mostFrames, Math.max(leastFrames, cursor.bytes.length * framesPerByte));
  }

  /** Reads the sample between the cursor's `at` and `end`. */
  read(): void {
    const { cursor, labels } = this;
    const { bytes, end } = cursor;
    this.depth = 0;
    this.valueCount = 0;
    labels.startSample();
    while (cursor.at < end) {
      if (bytes[cursor.at] !== labelTag || !labels.readUsual(end)) {
        this.readField();
      }
    }
    this.finish();
  }

  private readField(): void {
    const { cursor } = this;
    const field = cursor.field();
    if (field === 1) {
      this.readLocations();
    } else if (field === 2) {
      this.readValues();
    } else if (field === 3) {
      cursor.expect(wireBytes, 'a label');
      const outer = cursor.end;
      cursor.end = cursor.bytesEnd();
      this.labels.read(cursor.end);
      cursor.end = outer;
    } else {
      cursor.skip();
    }
  }

  private readLocations(): void {
    const { cursor } = this;
    if (cursor.wire === wireVarint) {
      cursor.words();
      this.pushById(cursor.low, cursor.high);
      return;
    }
    cursor.expect(wireBytes, 'location ids');
    const outer = cursor.end;
    const end = (cursor.end = cursor.bytesEnd());
    while (cursor.at < end) {
      this.readShortIds();
      if (cursor.at < end) {
        cursor.words();
        this.pushById(cursor.low, cursor.high);
      }
    }
    cursor.end = outer;
  }

  /** The hot loop: packed ids of one or two bytes, of locations with one frame, as far as the scratch array has room. */
  private readShortIds(): void {
    const { cursor, scratch } = this;
    const { bytes, end } = cursor;
    const { single, ids } = this.locations;
    const { denseLength } = ids;
    const room = scratch.length - 1;
    let { depth } = this;
    let { at } = cursor;
    while (at < end && depth < room) {
      const byte = bytes[at];
      const next = byte < 0x80 ? 0 : at + 1 < end ? bytes[at + 1] : 0x80;
      const id = (byte & 0x7f) | (next << 7);
      const frame = next < 0x80 && id < denseLength ? single[id] : 0;
      if (frame === 0) {
        break;
      }
      at += byte < 0x80 ? 1 : 2;
      scratch[++depth] = frame - 1;
    }
    cursor.at = at;
    this.depth = depth;
  }

  private pushById(low: number, high: number): void {
    const { cursor, locations } = this;
    const index = locations.ids.find(low, high);
    if (index < 0) {
      cursor.fail('a sample names a location that is not there');
    }
    this.push(locations.start[index], locations.start[index + 1]);
  }

  /** Adds the frames [first, last) of the locations' table to the stack. */
  private push(first: number, last: number): void {
    const { frame } = this.locations;
    for (let i = first; i < last; i++) {
      if (++this.depth >= this.scratch.length) {
        this.growScratch();
      }
      this.scratch[this.depth] = frame[i];
    }
  }

  private growScratch(): void {
    if (this.depth > this.limits.stackDepth) {
      this.cursor.fail(`a stack deeper than ${this.limits.stackDepth} frames`, 'tooLarge');
    }
    const larger = new Uint32Array(Math.min(this.scratch.length * 2, this.limits.stackDepth + 2));
    larger.set(this.scratch);
    this.scratch = stackScratch = larger;
  }

  private readValues(): void {
    const { cursor } = this;
    if (cursor.wire === wireVarint) {
      this.readValue();
      return;
    }
    cursor.expect(wireBytes, 'values');
    const outer = cursor.end;
    const end = (cursor.end = cursor.bytesEnd());
    this.readShortValues();
    while (cursor.at < end) {
      this.readValue();
      this.readShortValues();
    }
    cursor.end = outer;
  }

  /** Values of one byte, mostly zeros. */
  private readShortValues(): void {
    const { cursor, values, types } = this;
    const { bytes, end } = cursor;
    let { at } = cursor;
    let count = this.valueCount;
    while (at < end && bytes[at] < 0x80 && count < types) {
      values[count++] = bytes[at++];
    }
    cursor.at = at;
    this.valueCount = count;
  }

  private readValue(): void {
    const { cursor } = this;
    cursor.words();
    const value = cursor.high === 0 ? cursor.low : cursor.signed();
    if (value !== value) {
      cursor.fail('a value beyond 2^53 - 1, which can not be kept exactly');
    }
    if (this.valueCount < this.types) {
      this.values[this.valueCount] = value;
    }
    this.valueCount++;
  }

  private finish(): void {
    const { builder, cursor, labels, values, types } = this;
    if (this.valueCount !== types) {
      cursor.fail(`a sample has ${this.valueCount} values for ${types} types`);
    }
    const base = builder.sample(this.stack(), labels.context());
    const target = builder.values;
    for (let i = 0; i < types; i++) {
      target[base + i] = values[i];
    }
    if (builder.stackFrames > this.maxFrames) {
      cursor.fail(`more than ${this.maxFrames} frames in all stacks`, 'tooLarge');
    }
  }

  private stack(): number {
    const { builder, labels, scratch, depth } = this;
    if (depth > this.limits.stackDepth) {
      this.cursor.fail(`a stack deeper than ${this.limits.stackDepth} frames`, 'tooLarge');
    }
    if (labels.className !== 0 && depth > 0) {
      scratch[1] = builder.frameWithClass(scratch[1], labels.classNameString());
    }
    const detail = labels.detailFrame();
    if (detail < 0) {
      return builder.stack(scratch, depth, 1);
    }
    scratch[0] = detail;
    return builder.stack(scratch, depth + 1);
  }
}
