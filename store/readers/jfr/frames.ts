import type { FrameKind } from '../../../src/model/profile';
import { frameToWords, frameWords, type ProfileBuilder } from '../../../src/model/profile-builder';
import { grown } from '../../../src/model/sequence-table';
import { newReading, noText, type Text } from '../texts';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { methodNames } from './method-names';
import type { Pool } from './pools';
import { rawFrameWords } from './stack-pool';

const methodColumn = { name: 0, type: 1, descriptor: 2 };
/** async-profiler and java-profiler write this descriptor for frames that are not Java's. */
const nativeDescriptor = '()L;';
/** Frames in all distinct stacks, as many as the file has bytes or this, whichever is more. */
const leastMaxStackFrames = 1_000_000;

/** Those that tell what a frame is; all others run Java code. */
const frameTypes = ['', 'Native', 'C++', 'Kernel'];

/** Names of methods as the builder's strings, for all chunks of a recording. */
export class MethodStrings {
  private readonly reading = newReading();
  /** Characters: a crafted file could join one long class name with a million methods. */
  private left: number;

  constructor(
    private readonly cursor: JfrCursor,
    readonly builder: ProfileBuilder
  ) {
    this.left = 8_000_000 + cursor.bytes.length * 4;
  }

  /** Writes the frame of a method, without a line. */
  write(type: Text, name: Text, kind: FrameKind, words: Uint32Array, at: number): void {
    this.left -= type.text.length + name.text.length;
    if (this.left < 0) {
      this.cursor.fail('names of methods that are much longer than the file', 'tooLarge');
    }
    const { method, className, packageName, library } = methodNames(type, name, kind);
    const fields = {
      method: this.indexOf(method),
      className: this.indexOf(className),
      packageName: this.indexOf(packageName),
      library: this.indexOf(library),
      file: 0,
      line: 0,
      kind,
    };
    frameToWords(fields, words, at);
  }

  private indexOf(text: Text): number {
    if (text.reading !== this.reading) {
      text.reading = this.reading;
      text.index = this.builder.string(text.text);
    }
    return text.index;
  }
}

/** Makes the builder's frames and stacks of one chunk's, each when it is first needed. */
export class FrameResolver {
  /** Builder's index + 1, 0 = not made yet. */
  private readonly frameOf: Uint32Array;
  private readonly stackOf: Uint32Array;
  private readonly detailStacks = new Map<number, number>();
  /** By index in the pool and kind of frame: number of the method's words + 1, 0 = not made yet. */
  private methodOf = new Uint32Array(0);
  private methods = 0;
  private methodWords = new Uint32Array(64 * frameWords);
  private readonly types = new Map<number, number>();
  private scratch = new Uint32Array(64);

  constructor(
    private readonly chunk: Chunk,
    private readonly cursor: JfrCursor,
    private readonly names: MethodStrings
  ) {
    const { stacks } = chunk.pools;
    this.frameOf = new Uint32Array(stacks.rawFrames.length);
    this.stackOf = new Uint32Array(stacks.keys.length);
  }

  /** The builder's stack for a key of the stack pool; a key that isn't there has no stack. */
  stack(low: number, high: number): number {
    const index = this.chunk.pools.stacks.keys.find(low, high);
    if (index < 0) {
      return 0;
    }
    const known = this.stackOf[index];
    return known === 0 ? (this.stackOf[index] = this.makeStack(index, -1) + 1) - 1 : known - 1;
  }

  /** The same with an extra leaf frame. */
  stackWithDetail(low: number, high: number, detail: number): number {
    const { stacks } = this.chunk.pools;
    const index = stacks.keys.find(low, high);
    const key = detail * (stacks.keys.length + 1) + index + 1;
    let stack = this.detailStacks.get(key);
    if (stack === undefined) {
      stack = this.makeStack(index, detail);
      this.detailStacks.set(key, stack);
    }
    return stack;
  }

  private makeStack(index: number, detail: number): number {
    const { stacks } = this.chunk.pools;
    const start = index < 0 ? 0 : stacks.offset[index];
    const depth = index < 0 ? 0 : stacks.offset[index + 1] - start;
    if (depth + 1 > this.scratch.length) {
      this.scratch = new Uint32Array((depth + 1) * 2);
    }
    const { scratch } = this;
    for (let i = 0; i < depth; i++) {
      scratch[i + 1] = this.frame(stacks.frames[start + i]);
    }
    if (this.names.builder.stackFrames > Math.max(leastMaxStackFrames, this.cursor.bytes.length)) {
      this.cursor.fail('stacks with more frames than the file has bytes', 'tooLarge');
    }
    scratch[0] = detail;
    return detail < 0 ? this.names.builder.stack(scratch, depth, 1) : this.names.builder.stack(scratch, depth + 1);
  }

  private frame(raw: number): number {
    const known = this.frameOf[raw];
    return known === 0 ? (this.frameOf[raw] = this.makeFrame(raw) + 1) - 1 : known - 1;
  }

  private makeFrame(raw: number): number {
    const { words } = this.chunk.pools.stacks.rawFrames;
    const at = raw * rawFrameWords;
    const method = this.method(words[at], words[at + 1], words[at + 3]);
    const line = words[at + 2] | 0;
    return this.names.builder.frameOfWords(this.methodWords, method * frameWords, line > 0 ? line : 0);
  }

  /** The number of a method's words; number 0 has none. */
  private method(low: number, high: number, typeKey: number): number {
    const { pools } = this.chunk;
    const field = pools.stacks.methodField;
    const pool = field && pools.ofField(field);
    const index = pool?.keys.find(low, high) ?? -1;
    if (pool === undefined || index < 0) {
      return 0;
    }
    if (this.methodOf.length === 0) {
      this.methodOf = new Uint32Array(pool.keys.length * frameTypes.length);
    }
    const type = this.frameType(typeKey);
    const key = index * frameTypes.length + type;
    return (this.methodOf[key] ||= this.makeMethod(pool, index, type));
  }

  /** Index of what the key stands for in `frameTypes`; `Interpreted`, `JIT compiled` and `Inlined` are 0. */
  private frameType(key: number): number {
    const known = this.types.get(key);
    if (known !== undefined) {
      return known;
    }
    const { pools } = this.chunk;
    const field = pools.stacks.typeField;
    const type = Math.max(0, frameTypes.indexOf(field === undefined ? '' : pools.textOfKey(field, key, 0).text));
    this.types.set(key, type);
    return type;
  }

  private makeMethod(pool: Pool, index: number, frameType: number): number {
    const number = ++this.methods;
    this.methodWords = grown(this.methodWords, (number + 1) * frameWords);
    const text = (column: number) =>
      column < pool.columns.length ? this.chunk.pools.text(pool, column, index) : noText;
    const type = text(methodColumn.type);
    const isNative =
      frameTypes[frameType] === 'C++' ||
      (frameTypes[frameType] === 'Native' &&
        (type.text === '' || text(methodColumn.descriptor).text === nativeDescriptor));
    const kind = frameTypes[frameType] === 'Kernel' ? 'kernel' : isNative ? 'native' : 'method';
    this.names.write(type, text(methodColumn.name), kind, this.methodWords, number * frameWords);
    return number;
  }
}
