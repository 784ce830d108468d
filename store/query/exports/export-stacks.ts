import { frameKinds, type FrameKind } from '../../../src/model/profile';
import { leafPosition, type StackDictionary, type WeightedStacks } from '../../../src/model/stack-dictionary';

/** A merged profile as files hold it: every stack once. */
export interface ExportStacks {
  readonly dictionary: StackDictionary;
  readonly rows: readonly ExportRow[];
}

export interface ExportRow {
  /** Real frames, leaf first; rows of `dictionary.frames`. */
  readonly frames: readonly number[];
  /** What the sample was about (an exception type, a lock, …), where it says so. */
  readonly detail?: { readonly kind: FrameKind; readonly name: string };
  readonly value: number;
  readonly samples: number;
}

/** Stacks with their values; the extra leaf frame of a detail value is told apart. */
export function exportStacks(dictionary: StackDictionary, weighted: WeightedStacks): ExportStacks {
  const sums = new Map<number, { value: number; samples: number }>();
  for (let row = 0; row < weighted.length; row++) {
    const sum = sums.get(weighted.stack[row]) ?? { value: 0, samples: 0 };
    sum.value += weighted.value[row];
    sum.samples += weighted.samples[row];
    sums.set(weighted.stack[row], sum);
  }
  const rows = [...sums].map(([stack, sum]) => ({ ...framesOf(dictionary, stack), ...sum }));
  return { dictionary, rows };
}

function framesOf({ strings, frames, stacks }: StackDictionary, stack: number): Pick<ExportRow, 'frames' | 'detail'> {
  const start = stacks.offset[stack];
  const leaf = leafPosition(stacks, frames, stack);
  const real = Array.from(stacks.frame.subarray(leaf, stacks.offset[stack + 1]));
  if (leaf === start) {
    return { frames: real };
  }
  const frame = stacks.frame[start];
  return { frames: real, detail: { kind: frameKinds[frames.kind[frame]], name: strings[frames.method[frame]] } };
}
