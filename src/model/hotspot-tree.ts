import { buildCallTree, type CallTree } from './call-tree';
import { frameKinds, type FrameKind } from './profile';
import { isDetail, type StackDictionary, type WeightedStacks } from './stack-dictionary';
import { visibleNodes } from './visible-nodes';

/** Samples of a span by stack and thread. */
export interface ThreadStacks extends WeightedStacks {
  readonly thread: readonly string[];
}

/** When stacks were seen, ns after some common start; Infinity and -Infinity = not known. */
export interface StackTimes {
  readonly length: number;
  readonly stack: ArrayLike<number>;
  readonly firstNs: ArrayLike<number>;
  readonly lastNs: ArrayLike<number>;
}

/** What hangs on the nodes of a call tree beside their values. Arrays by node. */
export interface HotspotNodes {
  readonly tree: CallTree;
  readonly firstNs: Float64Array;
  readonly lastNs: Float64Array;
  /** Thread with the most of the node's value; `+n` for others. */
  readonly thread: readonly string[];
}

/** Nodes of a call tree by the stacks that lead to them. */
export class TreePaths {
  private readonly children = new Map<number, number>();

  constructor(
    private readonly dictionary: StackDictionary,
    readonly tree: CallTree
  ) {
    for (let node = 1; node < tree.length; node++) {
      this.children.set(this.key(tree.parent[node], this.labelOf(tree.frame[node])), node);
    }
  }

  /** The deepest node on a stack's way from the root; frames that the tree lacks end it. */
  deepest(stack: number): number {
    const { stacks } = this.dictionary;
    const start = stacks.offset[stack];
    let node = 0;
    for (let at = stacks.offset[stack + 1] - 1; at >= start; at--) {
      const child = this.children.get(this.key(node, this.labelOf(stacks.frame[at])));
      if (child === undefined) {
        return node;
      }
      node = child;
    }
    return node === 0 && stacks.offset[stack + 1] === start
      ? (this.children.get(this.key(0, noStackLabel)) ?? 0)
      : node;
  }

  /** As `call-tree.ts` tells nodes apart: by method, and detail values from methods. */
  private labelOf(frame: number): number {
    const { frames } = this.dictionary;
    return frame < 0 ? noStackLabel : frames.method[frame] * 2 + (isDetail(frames, frame) ? 1 : 0);
  }

  private key(parent: number, label: number): number {
    return parent * labelRoom + label;
  }
}

/** Labels are below this, nodes below 2^53 divided by it. */
const labelRoom = 2 ** 30;
const noStackLabel = labelRoom - 1;

/** The call tree of a span's samples. */
export function buildHotspots(dictionary: StackDictionary, rows: ThreadStacks, times?: StackTimes): HotspotNodes {
  const tree = buildCallTree(dictionary, rows);
  const paths = new TreePaths(dictionary, tree);
  return { tree, thread: threadsOf(paths, rows), ...extents(paths, times) };
}

/** Values of other samples on the nodes of a tree, with everything below; what leaves the tree counts where it leaves. */
export function valuesOnTree(paths: TreePaths, { length, stack, value }: WeightedStacks): Float64Array {
  const { parent, length: nodes } = paths.tree;
  const total = new Float64Array(nodes);
  for (let row = 0; row < length; row++) {
    total[paths.deepest(stack[row])] += value[row];
  }
  for (let node = nodes - 1; node > 0; node--) {
    total[parent[node]] += total[node];
  }
  return total;
}

function extents(paths: TreePaths, times: StackTimes | undefined): { firstNs: Float64Array; lastNs: Float64Array } {
  const { parent, length } = paths.tree;
  const firstNs = new Float64Array(length).fill(Infinity);
  const lastNs = new Float64Array(length).fill(-Infinity);
  for (let row = 0; row < (times?.length ?? 0); row++) {
    const node = paths.deepest(times!.stack[row]);
    firstNs[node] = Math.min(firstNs[node], times!.firstNs[row]);
    lastNs[node] = Math.max(lastNs[node], times!.lastNs[row]);
  }
  for (let node = length - 1; node > 0; node--) {
    firstNs[parent[node]] = Math.min(firstNs[parent[node]], firstNs[node]);
    lastNs[parent[node]] = Math.max(lastNs[parent[node]], lastNs[node]);
  }
  return { firstNs, lastNs };
}

/** Sums of values by node and a text; few texts per node. */
function textSums(paths: TreePaths, rows: WeightedStacks, textOf: (row: number) => string): Array<Map<string, number>> {
  const { parent, length } = paths.tree;
  const sums = Array.from({ length }, () => new Map<string, number>());
  for (let row = 0; row < rows.length; row++) {
    const text = textOf(row);
    for (let node = text === '' ? -1 : paths.deepest(rows.stack[row]); node >= 0; node = parent[node]) {
      sums[node].set(text, (sums[node].get(text) ?? 0) + Math.abs(rows.value[row]));
    }
  }
  return sums;
}

function largest(sums: ReadonlyMap<string, number>): readonly [text: string, value: number] {
  return [...sums].reduce((best, next) => (next[1] > best[1] ? next : best), ['', 0] as const);
}

function threadsOf(paths: TreePaths, rows: ThreadStacks): string[] {
  return textSums(paths, rows, (row) => rows.thread[row]).map((sums) => {
    const [name] = largest(sums);
    return sums.size > 1 ? `${name} +${sums.size - 1}` : name;
  });
}

/** What a detail value is called where something waited for it. */
const waitKinds: Partial<Record<FrameKind, string>> = {
  'detail:lock': 'lock',
  'detail:peer': 'socket',
  'detail:path': 'file',
};

/** By node, what most of the waiting below it was for; '' = not said. */
export function waitsOnTree(paths: TreePaths, dictionary: StackDictionary, rows: WeightedStacks): string[] {
  const { stacks, frames, strings } = dictionary;
  const detailOf = (row: number) => {
    const at = stacks.offset[rows.stack[row]];
    const frame = at < stacks.offset[rows.stack[row] + 1] ? stacks.frame[at] : -1;
    const kind = frame < 0 ? undefined : waitKinds[frameKinds[frames.kind[frame]]];
    return kind === undefined ? '' : `${kind} ${strings[frames.method[frame]]}`;
  };
  return textSums(paths, rows, detailOf).map((sums) => largest(sums)[0]);
}

/** Nodes depth first with their depth. */
export interface OrderedNodes {
  readonly node: Int32Array;
  readonly level: Int32Array;
  readonly hiddenNodes: number;
  readonly hiddenSelf: number;
}

/** The heaviest nodes of the tree; siblings as they first ran (those without a time last), or largest first. */
export function orderedNodes(
  dictionary: StackDictionary,
  { tree, firstNs }: HotspotNodes,
  maxNodes: number,
  order: 'time' | 'value'
): OrderedNodes {
  const visible = visibleNodes(dictionary, tree, maxNodes);
  if (order === 'value') {
    return visible;
  }
  const children = new Map<number, number[]>();
  for (const node of visible.node) {
    const siblings = children.get(tree.parent[node]);
    if (siblings === undefined) {
      children.set(tree.parent[node], [node]);
    } else {
      siblings.push(node);
    }
  }
  // Equal and unknown times stay in the order by value, because sorting is stable.
  const byTime = (a: number, b: number) => (firstNs[a] === firstNs[b] ? 0 : firstNs[a] - firstNs[b]);
  children.forEach((siblings) => siblings.sort(byTime));
  return { ...visible, ...depthFirst(children, visible.node.length) };
}

function depthFirst(children: ReadonlyMap<number, readonly number[]>, length: number) {
  const node = new Int32Array(length);
  const level = new Int32Array(length);
  const open: Array<readonly [node: number, level: number]> = [[0, 0]];
  for (let at = 0, next = open.pop(); next !== undefined; at++, next = open.pop()) {
    [node[at], level[at]] = next;
    for (const child of [...(children.get(next[0]) ?? [])].reverse()) {
      open.push([child, next[1] + 1]);
    }
  }
  return { node, level };
}
