import type { ContextIndex, FrameIndex, ReaderLimits, StackIndex } from '../../src/model/profile';
import type { ProfileBuilder } from '../../src/model/profile-builder';
import type { Failing } from './fail';

/**
 * Frames written in all stacks, repeated ones included: bounds the work for files that name a deep stack in few bytes (trees,
 * events). Real files stay far below.
 */
const mostFrames = 25_000_000;

/** Collects the frames of one stack after another and writes them and the samples to the builder, within the limits. */
export class StackWriter {
  private frames = new Uint32Array(256);
  private depth = 0;
  private written = 0;
  private samples = 0;

  constructor(
    private readonly builder: ProfileBuilder,
    private readonly limits: ReaderLimits,
    private readonly source: Failing
  ) {}

  push(frame: FrameIndex): void {
    if (this.depth === this.frames.length) {
      this.grow();
    }
    this.frames[this.depth++] = frame;
  }

  private grow(): void {
    const { depth, limits } = this;
    if (depth >= limits.stackDepth) {
      this.source.fail(`a stack deeper than ${limits.stackDepth} frames`, 'tooLarge');
    }
    const larger = new Uint32Array(Math.min(depth * 2, limits.stackDepth));
    larger.set(this.frames);
    this.frames = larger;
  }

  /** The stack of what was pushed since the last one, leaf first. */
  leafFirst(): StackIndex {
    return this.finish(this.depth);
  }

  /** The same for files that begin with the root. */
  rootFirst(): StackIndex {
    this.frames.subarray(0, this.depth).reverse();
    return this.finish(this.depth);
  }

  private finish(depth: number): StackIndex {
    if (depth > this.limits.stackDepth) {
      this.source.fail(`a stack deeper than ${this.limits.stackDepth} frames`, 'tooLarge');
    }
    this.written += depth;
    if (this.written > mostFrames) {
      this.source.fail(`more than ${mostFrames} frames in all stacks`, 'tooLarge');
    }
    this.depth = 0;
    return this.builder.stack(this.frames, depth);
  }

  /** Adds a sample with these values. */
  sample(stack: StackIndex, context: ContextIndex, ...values: number[]): void {
    if (++this.samples > this.limits.samples) {
      this.source.fail(`more than ${this.limits.samples} samples`, 'tooLarge');
    }
    const base = this.builder.sample(stack, context);
    values.forEach((value, i) => {
      if (!Number.isSafeInteger(value)) {
        this.source.fail('a value beyond 2^53 - 1, which can not be kept exactly');
      }
      this.builder.values[base + i] = value;
    });
  }
}

/** Contexts of samples of which only the thread is known. */
export class Threads {
  private readonly known = new Map<string, ContextIndex>();

  constructor(private readonly builder: ProfileBuilder) {}

  of(thread: string): ContextIndex {
    const known = this.known.get(thread);
    if (known !== undefined) {
      return known;
    }
    const context = this.builder.context({ thread });
    this.known.set(thread, context);
    return context;
  }
}
