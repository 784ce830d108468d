import { DimensionRows, type DimensionRow, type StackDimension } from '../../src/model/dimensions';
import type { StackDictionary, WeightedStacks } from '../../src/model/stack-dictionary';

const isMet = 1;
const isSelf = 2;
const isTotal = 4;
const defaultBudgetBytes = 16 * 2 ** 20;

/**
 * Which stacks of a store count for rows that rules name: a byte per stack and name, filled in for the stacks that questions met. A stack
 * never changes, so a rule walks the frames of new ones only. The names asked least recently go first.
 */
export class NamedStacks {
  private readonly marks = new Map<string, Uint8Array>();
  private usedBytes = 0;

  constructor(private readonly budgetBytes = defaultBudgetBytes) {}

  get sizeBytes(): number {
    return this.usedBytes;
  }

  /** One row of `dimensionTable`; zeros when nothing was sampled. */
  row(dictionary: StackDictionary, weighted: WeightedStacks, dimension: StackDimension, name: string): DimensionRow {
    const marks = this.marksOf(`${dimension} ${name}`, dictionary.stacks.length);
    markNew(marks, dictionary, weighted, dimension, name);
    const sum = { name, self: 0, total: 0, samples: 0 };
    for (let at = 0; at < weighted.length; at++) {
      const mark = marks[weighted.stack[at]];
      sum.self += (mark & isSelf) === 0 ? 0 : weighted.value[at];
      if ((mark & isTotal) !== 0) {
        sum.total += weighted.value[at];
        sum.samples += weighted.samples[at];
      }
    }
    return sum;
  }

  private marksOf(key: string, stacks: number): Uint8Array {
    const known = this.marks.get(key);
    const marks = known !== undefined && known.length >= stacks ? known : enlarged(known, stacks);
    this.usedBytes += marks.length - (known?.length ?? 0);
    this.marks.delete(key);
    this.marks.set(key, marks);
    for (const [oldest, { length }] of this.marks) {
      if (this.usedBytes <= this.budgetBytes || oldest === key) {
        break;
      }
      this.marks.delete(oldest);
      this.usedBytes -= length;
    }
    return marks;
  }
}

function enlarged(known: Uint8Array | undefined, stacks: number): Uint8Array {
  const marks = new Uint8Array(Math.ceil(stacks * 1.25));
  marks.set(known ?? []);
  return marks;
}

function markNew(
  marks: Uint8Array,
  dictionary: StackDictionary,
  { stack, length }: WeightedStacks,
  dimension: StackDimension,
  name: string
): void {
  const rows = new DimensionRows(dictionary, dimension);
  const row = rows.row(name);
  const found: number[] = [];
  for (let at = 0; at < length; at++) {
    const one = stack[at];
    if (marks[one] === 0) {
      const count = rows.totalOf(one, found);
      const total = found.lastIndexOf(row, count - 1) >= 0 && count > 0 ? isTotal : 0;
      marks[one] = isMet | total | (rows.selfOf(one) === row ? isSelf : 0);
    }
  }
}
