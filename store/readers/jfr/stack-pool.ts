import type { ReaderLimits } from '../../../src/model/profile';
import { grown, SequenceTable } from '../../../src/model/sequence-table';
import type { JfrCursor } from './cursor';
import { KeyIndex } from './keys';
import type { JfrClass, JfrField, Metadata } from './metadata';
import { holdsOnlyNumbers, type Plan, type Planner, Values } from './plan';

/** Method key (low, high), line, frame type key: what a frame is before methods are resolved. */
export const rawFrameWords = 4;
const frameFields = ['method', 'lineNumber', 'type'];
const methodSlot = 0;
const lineSlot = 1;
const typeSlot = 2;

/** Stack traces of a chunk, leaf first, as numbers of distinct raw frames. */
export class StackPool {
  readonly keys = new KeyIndex();
  /** Stack i is `frames[offset[i]]` up to `frames[offset[i + 1]]`. */
  offset = new Uint32Array(16);
  frames = new Uint32Array(64);
  readonly rawFrames = new SequenceTable(16, 16 * rawFrameWords);
  /** Fields of the frames, by slot, to know what their keys refer to. */
  readonly methodField: JfrField | undefined;
  readonly typeField: JfrField | undefined;
  /** Stacks that the profiler cut at its own depth limit. */
  truncated = 0;
  private readonly hasFrames: boolean;
  private readonly before: Plan;
  private readonly frame: Plan;
  private readonly after: Plan;
  private readonly onlyNumbers: boolean;
  private readonly values = new Values(3);
  private readonly raw = new Uint32Array(rawFrameWords);

  constructor(
    planner: Planner,
    private readonly limits: ReaderLimits
  ) {
    const { metadata } = planner;
    const type = classNamed(metadata, 'jdk.types.StackTrace') ?? { id: -1, name: '', fields: [] };
    const at = type.fields.findIndex(({ name, isArray }) => name === 'frames' && isArray);
    const frameType = metadata.get(type.fields[at]?.classId ?? -1) ?? { id: -1, name: '', fields: [] };
    const truncatedSlot = ({ name }: JfrField) => (name === 'truncated' ? 0 : undefined);
    this.hasFrames = at >= 0;
    const fields = at < 0 ? type.fields : type.fields.slice(0, at);
    this.before = planner.plan({ ...type, fields }, truncatedSlot, false);
    this.after = planner.plan({ ...type, fields: at < 0 ? [] : type.fields.slice(at + 1) }, () => undefined, false);
    this.frame = planner.plan(frameType, ({ name }) => slotOf(name), false);
    this.onlyNumbers = holdsOnlyNumbers(this.frame);
    this.methodField = this.frame.fields.get(methodSlot);
    this.typeField = this.frame.fields.get(typeSlot);
  }

  /** Makes room for so many more stacks. */
  reserve(more: number): void {
    this.keys.reserve(more);
    this.offset = grown(this.offset, this.keys.length + more + 1);
  }

  /** Reads one key and its stack. */
  read(cursor: JfrCursor): void {
    cursor.words();
    const known = this.keys.length;
    const index = this.keys.add(cursor.low, cursor.high);
    this.values.read(this.before, cursor);
    this.truncated += this.values.low[0];
    const start = this.offset[known];
    const end = !this.hasFrames ? start : this.readFrames(cursor, start);
    this.values.read(this.after, cursor);
    if (index === known) {
      this.keepEnd(known + 1, end);
    }
  }

  private keepEnd(at: number, end: number): void {
    if (at === this.offset.length) {
      this.offset = grown(this.offset, at + 1);
    }
    this.offset[at] = end;
  }

  private readFrames(cursor: JfrCursor, start: number): number {
    const { values, raw, frame } = this;
    const depth = cursor.varint();
    if (depth > this.limits.stackDepth) {
      cursor.fail(`a stack deeper than ${this.limits.stackDepth} frames`, 'tooLarge');
    }
    this.frames = grown(this.frames, start + depth);
    const { frames } = this;
    for (let i = 0; i < depth; i++) {
      if (this.onlyNumbers) {
        this.readNumbers(cursor);
      } else {
        values.read(frame, cursor);
      }
      raw[0] = values.low[methodSlot];
      raw[1] = values.high[methodSlot];
      raw[2] = values.low[lineSlot];
      raw[3] = values.low[typeSlot];
      frames[start + i] = this.rawFrames.intern(raw, rawFrameWords);
    }
    return start + depth;
  }

  /** The hot loop: `values.read` for a frame of nothing but numbers, most of them short. */
  private readNumbers(cursor: JfrCursor): void {
    const { slots } = this.frame;
    const { low, high } = this.values;
    const { bytes } = cursor;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i];
      const byte = bytes[cursor.at];
      if (byte < 0x80 && cursor.at < cursor.end) {
        cursor.at++;
        cursor.low = byte;
        cursor.high = 0;
      } else {
        cursor.words();
      }
      if (slot >= 0) {
        low[slot] = cursor.low;
        high[slot] = cursor.high;
      }
    }
  }
}

function classNamed(metadata: Metadata, name: string): JfrClass | undefined {
  for (const type of metadata.values()) {
    if (type.name === name) {
      return type;
    }
  }
  return undefined;
}

function slotOf(name: string): number | undefined {
  const slot = frameFields.indexOf(name);
  return slot < 0 ? undefined : slot;
}
