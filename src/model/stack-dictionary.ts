import { frameKinds, type FrameTable, type Profile, type StackTable } from './profile';

/** Stacks with their frames, leaf first; a `Profile` is one, the store's cache another. */
export type StackDictionary = Pick<Profile, 'strings' | 'frames' | 'stacks'>;

/** Values of stacks; a row is an index, a stack may occur in several rows. */
export interface WeightedStacks {
  readonly length: number;
  readonly stack: ArrayLike<number>;
  readonly value: ArrayLike<number>;
  readonly samples: ArrayLike<number>;
}

/** Names for what has no name. They are shown, and understood where a row is asked for by name. */
export const noStack = '(no stack)';
export const unknownName = '(unknown)';

const detailKinds = frameKinds.map((kind) => kind.startsWith('detail:'));

/** Whether the frame names what the sample was about instead of a method. */
export function isDetail(frames: FrameTable, frame: number): boolean {
  return detailKinds[frames.kind[frame]];
}

/** What a frame is called in graphs. */
export function frameLabel({ strings, frames }: StackDictionary, frame: number): string {
  return methodLabel(strings[frames.method[frame]], isDetail(frames, frame));
}

/** Detail values are in brackets. */
export function methodLabel(method: string, detail: boolean): string {
  const name = method || unknownName;
  return detail ? `[${name}]` : name;
}

/** Position in `stacks.frame` of the leaf method, behind a detail value; the stack's end if there is none. */
export function leafPosition(stacks: StackTable, frames: FrameTable, stack: number): number {
  const start = stacks.offset[stack];
  const end = stacks.offset[stack + 1];
  return start < end && isDetail(frames, stacks.frame[start]) ? start + 1 : start;
}
