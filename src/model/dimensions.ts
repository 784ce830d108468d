import { frameKinds, type FrameKind } from './profile';
import {
  isDetail,
  leafPosition,
  noStack,
  unknownName,
  type StackDictionary,
  type WeightedStacks,
} from './stack-dictionary';

/** Ways to group samples by the frames of their stacks. `methodLine` is method and line. */
export const frameDimensions = ['method', 'methodLine', 'class', 'package', 'library', 'file', 'directory'] as const;
export type FrameDimension = (typeof frameDimensions)[number];

/** Ways to group samples by the detail value at the leaf of their stacks. */
export const detailDimensions = ['exception', 'allocatedClass', 'lock', 'peer', 'path'] as const;
export type DetailDimension = (typeof detailDimensions)[number];

/** Ways to group samples by what they ran for: columns of samples and of their context, not of stacks. */
export const contextDimensions = ['thread', 'endpoint', 'span', 'sampleLabel'] as const;
export type ContextDimension = (typeof contextDimensions)[number];

export type StackDimension = FrameDimension | DetailDimension;
export type AnyDimension = StackDimension | ContextDimension;

const detailKindOf: Readonly<Record<DetailDimension, FrameKind>> = {
  exception: 'detail:exception',
  allocatedClass: 'detail:class',
  lock: 'detail:lock',
  peer: 'detail:peer',
  path: 'detail:path',
};

export const dimensionNames: Readonly<Record<AnyDimension, string>> = {
  method: 'Method',
  methodLine: 'Method + line',
  class: 'Class',
  package: 'Package',
  library: 'Library',
  file: 'File',
  directory: 'Directory',
  thread: 'Thread',
  endpoint: 'Endpoint',
  span: 'Span',
  sampleLabel: 'Sample label',
  exception: 'Exception type',
  allocatedClass: 'Allocated class',
  lock: 'Lock',
  peer: 'Socket peer',
  path: 'File path',
};

/** How samples without a value of the dimension are called. */
export const absentNames: Readonly<Record<ContextDimension, string>> = {
  thread: '(no thread)',
  endpoint: '(no endpoint)',
  span: '(no span)',
  sampleLabel: '(no sample label)',
};

export function isContextDimension(dimension: AnyDimension): dimension is ContextDimension {
  return contextDimensions.some((one) => one === dimension);
}

function isDetailDimension(dimension: StackDimension): dimension is DetailDimension {
  return dimension in detailKindOf;
}

/** Everything before the last slash or backslash, '' without one. */
export function directoryOf(file: string): string {
  const cut = Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\'));
  return cut < 0 ? '' : file.slice(0, cut) || '/';
}

export function methodLine(method: string, line: number): string {
  return line > 0 ? `${method}:${line}` : method;
}

const unseen = -2;
const none = -1;

/**
 * The rows of one dimension over stacks of one dictionary: rows are numbered as they are met, `names[row]` is what they are called.
 * Self belongs to the row of the leaf method, total once to each row that occurs on the stack.
 */
export class DimensionRows {
  readonly names: string[] = [];
  private readonly rowByName = new Map<string, number>();
  private readonly rowByFrame: Int32Array;
  private stamp = new Int32Array(256).fill(-1);
  private stampNow = 0;
  private readonly detailKind: number;

  constructor(
    private readonly dictionary: StackDictionary,
    private readonly dimension: StackDimension
  ) {
    this.rowByFrame = new Int32Array(dictionary.frames.length).fill(unseen);
    this.detailKind = isDetailDimension(dimension) ? frameKinds.indexOf(detailKindOf[dimension]) : none;
  }

  /** The row that the stack's self value belongs to; -1 = to none. */
  selfOf(stack: number): number {
    const { stacks, frames } = this.dictionary;
    if (this.detailKind >= 0) {
      return this.detailOf(stack);
    }
    const leaf = leafPosition(stacks, frames, stack);
    return leaf < stacks.offset[stack + 1] ? this.rowOf(stacks.frame[leaf]) : this.row(noStack);
  }

  /** Writes the distinct rows of the stack into `found` and returns how many there are. */
  totalOf(stack: number, found: number[]): number {
    const { stacks, frames } = this.dictionary;
    const end = stacks.offset[stack + 1];
    const leaf = leafPosition(stacks, frames, stack);
    if (this.detailKind >= 0 || leaf >= end) {
      found[0] = this.selfOf(stack);
      return found[0] < 0 ? 0 : 1;
    }
    const now = ++this.stampNow;
    let count = 0;
    for (let at = leaf; at < end; at++) {
      const row = this.rowOf(stacks.frame[at]);
      if (row >= 0 && this.stamp[row] !== now) {
        this.stamp[row] = now;
        found[count++] = row;
      }
    }
    return count;
  }

  /** The row of a name, made if it is new. */
  row(name: string): number {
    let row = this.rowByName.get(name);
    if (row === undefined) {
      row = this.names.push(name) - 1;
      this.rowByName.set(name, row);
      this.growStamps(row);
    }
    return row;
  }

  private growStamps(row: number): void {
    if (row >= this.stamp.length) {
      const larger = new Int32Array(this.stamp.length * 2).fill(-1);
      larger.set(this.stamp);
      this.stamp = larger;
    }
  }

  private detailOf(stack: number): number {
    const { stacks, frames } = this.dictionary;
    const start = stacks.offset[stack];
    const frame = start < stacks.offset[stack + 1] ? stacks.frame[start] : none;
    return frame >= 0 && frames.kind[frame] === this.detailKind ? this.rowOf(frame) : none;
  }

  /** The row of one frame; -1 for detail values in a frame dimension. */
  rowOf(frame: number): number {
    let row = this.rowByFrame[frame];
    if (row === unseen) {
      const isValue = this.detailKind >= 0 || !isDetail(this.dictionary.frames, frame);
      row = isValue ? this.row(frameValue(this.dictionary, frame, this.dimension) || unknownName) : none;
      this.rowByFrame[frame] = row;
    }
    return row;
  }
}

function frameValue({ strings, frames }: StackDictionary, frame: number, dimension: StackDimension): string {
  switch (dimension) {
    case 'methodLine':
      return methodLine(strings[frames.method[frame]], frames.line[frame]);
    case 'class':
      return strings[frames.className[frame]];
    case 'package':
      return strings[frames.packageName[frame]];
    case 'library':
      return strings[frames.library[frame]];
    case 'file':
      return strings[frames.file[frame]];
    case 'directory':
      return directoryOf(strings[frames.file[frame]]);
    default:
      return strings[frames.method[frame]];
  }
}

export interface DimensionRow {
  readonly name: string;
  readonly self: number;
  readonly total: number;
  /** Samples whose stack holds the row. */
  readonly samples: number;
}

/** Self and total of every row, from all stacks given. */
export function dimensionTable(
  dictionary: StackDictionary,
  weighted: WeightedStacks,
  dimension: StackDimension
): DimensionRow[] {
  const rows = new DimensionRows(dictionary, dimension);
  const sums: Array<{ name: string; self: number; total: number; samples: number }> = [];
  const found: number[] = [];
  const sumOf = (row: number) => (sums[row] ??= { name: rows.names[row], self: 0, total: 0, samples: 0 });
  for (let i = 0; i < weighted.length; i++) {
    const stack = weighted.stack[i];
    const self = rows.selfOf(stack);
    if (self >= 0) {
      sumOf(self).self += weighted.value[i];
    }
    const count = rows.totalOf(stack, found);
    for (let k = 0; k < count; k++) {
      const sum = sumOf(found[k]);
      sum.total += weighted.value[i];
      sum.samples += weighted.samples[i];
    }
  }
  return sums.filter((sum) => sum !== undefined);
}
