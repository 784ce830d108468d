import type { ContextIndex, FrameIndex } from '../../src/model/profile';
import type { Failing } from './fail';
import type { StackWriter } from './stack-writer';

/** Turns frames that open and close into samples: the time between two events belongs to the frames open meanwhile. */
export class OpenFrames {
  private readonly open: FrameIndex[] = [];
  private lastAt: number | undefined;

  constructor(
    private readonly stacks: StackWriter,
    private readonly context: ContextIndex,
    private readonly source: Failing,
    /** Writes a sample; the value's column may differ from profile to profile. */
    private readonly write: (stack: number, context: ContextIndex, value: number) => void
  ) {}

  get depth(): number {
    return this.open.length;
  }

  /** `at` in whole units of the value. */
  advance(at: number): void {
    const value = at - (this.lastAt ?? at);
    if (value < 0) {
      this.source.fail('events go back in time');
    }
    this.lastAt = at;
    if (value > 0 && this.open.length > 0) {
      this.open.forEach((frame) => this.stacks.push(frame));
      this.write(this.stacks.rootFirst(), this.context, value);
    }
  }

  push(frame: FrameIndex): void {
    this.open.push(frame);
  }

  /** Closes the innermost frame. */
  pop(): FrameIndex {
    return this.open.pop() ?? this.source.fail('a frame is closed that was not open');
  }
}
