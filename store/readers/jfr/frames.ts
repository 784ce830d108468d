import { jvmLibrary } from '../../../src/model/frame-names';
import type { FrameKind } from '../../../src/model/profile';
import { frameToWords, frameWords, type ProfileBuilder } from '../../../src/model/profile-builder';
import type { Chunk } from './chunk';
import type { JfrCursor } from './cursor';
import { rawFrameWords } from './stack-pool';

const methodColumn = { name: 0, type: 1, descriptor: 2 };
/** async-profiler and java-profiler write this descriptor for frames that are not Java's. */
const nativeDescriptor = '()L;';
/** Frames in all distinct stacks, as many as the file has bytes or this, whichever is more. */
const leastMaxStackFrames = 1_000_000;

/** Characters in names of methods: a crafted file could join one long class name with a million methods. */
export class NameBudget {
  private left: number;

  constructor(private readonly cursor: JfrCursor) {
    this.left = 8_000_000 + cursor.bytes.length * 4;
  }

  spend(characters: number): void {
    this.left -= characters;
    if (this.left < 0) {
      this.cursor.fail('names of methods that are much longer than the file', 'tooLarge');
    }
  }
}

/** Makes the builder's frames and stacks of one chunk's, each when it is first needed. */
export class FrameResolver {
  /** Builder's index + 1, 0 = not made yet. */
  private readonly frameOf: Uint32Array;
  private readonly stackOf: Uint32Array;
  private readonly detailStacks = new Map<number, number>();
  private readonly methods: Array<Uint32Array | undefined> = [];
  private readonly kinds = new Map<number, string>();
  private readonly unknown = new Uint32Array(frameWords);
  private scratch = new Uint32Array(64);

  constructor(
    private readonly chunk: Chunk,
    private readonly builder: ProfileBuilder,
    private readonly cursor: JfrCursor,
    private readonly names: NameBudget
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
    if (this.builder.stackFrames > Math.max(leastMaxStackFrames, this.cursor.bytes.length)) {
      this.cursor.fail('stacks with more frames than the file has bytes', 'tooLarge');
    }
    scratch[0] = detail;
    return detail < 0 ? this.builder.stack(scratch, depth, 1) : this.builder.stack(scratch, depth + 1);
  }

  private frame(raw: number): number {
    const known = this.frameOf[raw];
    return known === 0 ? (this.frameOf[raw] = this.makeFrame(raw) + 1) - 1 : known - 1;
  }

  private makeFrame(raw: number): number {
    const { words } = this.chunk.pools.stacks.rawFrames;
    const at = raw * rawFrameWords;
    const method = this.methodWords(words[at], words[at + 1], words[at + 3]);
    const line = words[at + 2] | 0;
    return this.builder.frameOfWords(method, 0, line > 0 ? line : 0);
  }

  private methodWords(low: number, high: number, typeKey: number): Uint32Array {
    const { pools } = this.chunk;
    const field = pools.stacks.methodField;
    const pool = field && pools.ofField(field);
    const index = pool?.keys.find(low, high) ?? -1;
    if (pool === undefined || index < 0) {
      return this.unknown;
    }
    const text = (column: number) => (column < pool.columns.length ? pools.text(pool, column, index) : '');
    const key = index * 4 + kindCode(this.frameType(typeKey));
    return (this.methods[key] ??= this.makeMethod(
      text(methodColumn.type),
      text(methodColumn.name),
      text(methodColumn.descriptor),
      this.frameType(typeKey)
    ));
  }

  /** `Interpreted`, `JIT compiled`, `Inlined`, `Native`, `C++`, `Kernel`. */
  private frameType(key: number): string {
    const known = this.kinds.get(key);
    if (known !== undefined) {
      return known;
    }
    const { pools } = this.chunk;
    const text = pools.stacks.typeField === undefined ? '' : pools.textOfKey(pools.stacks.typeField, key, 0);
    this.kinds.set(key, text);
    return text;
  }

  private makeMethod(type: string, name: string, descriptor: string, frameType: string): Uint32Array {
    const { builder } = this;
    this.names.spend(type.length + name.length);
    const isNative =
      frameType === 'C++' || (frameType === 'Native' && (type === '' || descriptor === nativeDescriptor));
    const kind: FrameKind = frameType === 'Kernel' ? 'kernel' : isNative ? 'native' : 'method';
    const className = type.replaceAll('/', '.');
    const packageName = kind === 'method' ? packageOfType(type) : '';
    const library = kind === 'method' ? jvmLibrary(packageName) : kind === 'kernel' ? 'kernel' : baseName(type);
    const words = new Uint32Array(frameWords);
    const fields = {
      method: builder.string(`${className}.${name}`),
      className: builder.string(kind === 'method' ? className : ''),
      packageName: builder.string(packageName),
      library: builder.string(library),
      file: 0,
      line: 0,
      kind,
    };
    frameToWords(fields, words, 0);
    return words;
  }
}

function kindCode(frameType: string): number {
  return frameType === 'Kernel' ? 3 : frameType === 'C++' ? 2 : frameType === 'Native' ? 1 : 0;
}

/** Hidden classes end with an address: `a/b/Shop$$Lambda$14/0x0000000800c8`. */
function packageOfType(type: string): string {
  const end = type.search(/\$\$|[/.+]0x/);
  const plain = (end < 0 ? type : type.slice(0, end)).replaceAll('/', '.');
  return plain.slice(0, Math.max(0, plain.lastIndexOf('.')));
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
