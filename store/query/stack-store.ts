import { frameKinds } from '../../src/model/profile';
import { grown } from '../../src/model/sequence-table';
import type { StackDictionary } from '../../src/model/stack-dictionary';
import { StackTrie } from '../../src/model/stack-trie';
import { halves, IdTable } from './id-table';
import { KeptSums } from './kept-sums';
import { NamedStacks } from './named-stacks';
import { RecentUploads } from './recent-uploads';

/** A frame as the table `frames` holds it. */
export interface FrameAttributes {
  readonly method: string;
  readonly className: string;
  readonly packageName: string;
  readonly library: string;
  readonly file: string;
  readonly line: number;
  readonly kind: string;
}

/** Stands for stacks that are not in the data folder. */
const unknownStack = 1;

/**
 * Stacks and frames of one tenant in growing typed arrays. Only ever appended to, so a view taken earlier stays true. Stack 0 is the
 * empty stack (id 0), stack 1 stands for stacks that are not in the data folder.
 */
export class StackStore {
  /** Sums by stacks of this store. */
  readonly recent = new RecentUploads();
  readonly named = new NamedStacks();
  readonly kept = new KeptSums();
  readonly trie = new StackTrie();
  /** Services and days whose stacks were read ahead. */
  readonly daysReadAhead = new Set<string>();
  private readonly strings: string[] = [''];
  private readonly stringIndex = new Map<string, number>([['', 0]]);
  private stringBytes = 0;
  private frameCount = 0;
  private readonly frameIndex = new IdTable();
  private columns = Array.from({ length: 5 }, () => new Uint32Array(1024));
  private line = new Int32Array(1024);
  private kind = new Uint8Array(1024);
  private stackCount = 0;
  private readonly stackIndex = new IdTable();
  private stackIds = new Uint32Array(2048);
  private offset = new Uint32Array(1024);
  private frame = new Uint32Array(4096);

  constructor() {
    this.addStack(0, 0, []);
    const unknown = { method: '', className: '', packageName: '', library: '', file: '', line: 0, kind: 'method' };
    this.addStack(0xffffffff, 0xffffffff, [this.addFrame(0xffffffff, 0xffffffff, unknown)]);
  }

  get sizeBytes(): number {
    const frames = this.line.byteLength * 6 + this.kind.byteLength + this.frameIndex.sizeBytes;
    const stacks =
      this.offset.byteLength + this.stackIds.byteLength + this.frame.byteLength + this.stackIndex.sizeBytes;
    return (
      frames +
      stacks +
      this.stringBytes +
      this.recent.sizeBytes +
      this.named.sizeBytes +
      this.kept.sizeBytes +
      this.trie.sizeBytes
    );
  }

  /** -1 = not here. */
  indexOfStack(low: number, high: number): number {
    return this.stackIndex.get(low, high);
  }

  /** Those that are not here stand for unknown ones. */
  indexesOfStacks(ids: ArrayLike<bigint>): Uint32Array {
    const keys = halves(ids);
    return Uint32Array.from({ length: ids.length }, (_, i) => {
      const index = this.indexOfStack(keys[i * 2], keys[i * 2 + 1]);
      return index < 0 ? unknownStack : index;
    });
  }

  idOfStack(index: number): bigint {
    return (BigInt(this.stackIds[index * 2 + 1]) << 32n) | BigInt(this.stackIds[index * 2]);
  }

  indexOfFrame(low: number, high: number): number {
    return this.frameIndex.get(low, high);
  }

  addFrame(low: number, high: number, attributes: FrameAttributes): number {
    if (this.frameCount === this.line.length) {
      this.growFrames();
    }
    const index = this.frameCount++;
    const { method, className, packageName, library, file } = attributes;
    [method, className, packageName, library, file].forEach((text, column) => {
      this.columns[column][index] = this.string(text);
    });
    this.line[index] = attributes.line;
    this.kind[index] = Math.max(
      0,
      frameKinds.findIndex((kind) => kind === attributes.kind)
    );
    this.frameIndex.set(low, high, index);
    return index;
  }

  addStack(low: number, high: number, frames: ArrayLike<number>): number {
    const start = this.offset[this.stackCount];
    const end = start + frames.length;
    if (this.stackCount + 2 > this.offset.length) {
      this.offset = grown(this.offset, this.offset.length * 2);
      this.stackIds = grown(this.stackIds, this.offset.length * 2);
    }
    this.frame = grown(this.frame, end);
    this.frame.set(frames, start);
    this.stackIds.set([low, high], this.stackCount * 2);
    this.offset[++this.stackCount] = end;
    this.stackIndex.set(low, high, this.stackCount - 1);
    return this.stackCount - 1;
  }

  /** What is here now, as the model's functions take it. */
  view(): StackDictionary {
    const [method, className, packageName, library, file] = this.columns;
    return {
      strings: this.strings,
      frames: {
        length: this.frameCount,
        method,
        className,
        packageName,
        library,
        file,
        line: this.line,
        kind: this.kind,
      },
      stacks: { length: this.stackCount, offset: this.offset, frame: this.frame },
    };
  }

  private string(text: string): number {
    let index = this.stringIndex.get(text);
    if (index === undefined) {
      index = this.strings.push(text) - 1;
      this.stringIndex.set(text, index);
      this.stringBytes += text.length + 80;
    }
    return index;
  }

  private growFrames(): void {
    const size = this.line.length * 2;
    this.columns = this.columns.map((column) => grown(column, size));
    this.line = grown(this.line, size);
    this.kind = grown(this.kind, size);
  }
}
