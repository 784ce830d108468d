import { randomFractions } from '../../random';

/** The benchmark's trees: a nested set whose depth and skew are like those of recorded CPU profiles. */
export interface BenchTree {
  level: number[];
  value: number[];
  self: number[];
  label: string[];
}

interface Growing {
  value: number;
  level: number;
  label: string;
  children: Growing[];
}

const total = 1e12;
const deepest = 140;
const verbs = ['get', 'set', 'parse', 'visit', 'emit', 'resolve', 'check', 'bind', 'read', 'write', 'forEach', 'apply'];

/**
 * The `nodes` heaviest nodes of an endless random tree: the heaviest leaf grows next. Most calls pass nearly all of their time
 * to one callee, some spread it.
 */
export function benchTree(nodes: number, seed = 7): BenchTree {
  const random = randomFractions(seed);
  const root: Growing = { value: total, level: 0, label: 'total', children: [] };
  const heap = [root];
  let count = 1;
  while (count < nodes && heap.length > 0) {
    const node = popLargest(heap);
    const left = nodes - count;
    node.children = shares(random, node.level)
      .slice(0, left)
      .map((share) => ({
        value: Math.floor(node.value * share),
        level: node.level + 1,
        label: nameOf(random),
        children: [],
      }));
    count += node.children.length;
    node.children.forEach((child) => child.level < deepest && pushNode(heap, child));
  }
  return columnsOf(root);
}

function shares(random: () => number, level: number): number[] {
  if (level > 3 && random() < 0.72) {
    return [0.955 + 0.045 * random()];
  }
  const parts = Array.from({ length: 2 + Math.floor(random() * 4) }, () => random() ** 3 + 0.01);
  const sum = parts.reduce((a, b) => a + b, 0) * (1.02 + 0.1 * random());
  return parts.map((part) => part / sum);
}

function nameOf(random: () => number): string {
  const rank = Math.floor(random() ** 3 * 6000);
  return `pkg${rank % 40}.${verbs[rank % verbs.length]}Node${rank}`;
}

function pushNode(heap: Growing[], node: Growing) {
  let at = heap.push(node) - 1;
  for (let above = (at - 1) >> 1; at > 0 && heap[above].value < node.value; above = (at - 1) >> 1) {
    heap[at] = heap[above];
    at = above;
  }
  heap[at] = node;
}

function popLargest(heap: Growing[]): Growing {
  const largest = heap[0];
  const last = heap.pop() as Growing;
  if (heap.length > 0) {
    let at = 0;
    for (let child = 1; child < heap.length; child = 2 * at + 1) {
      child += child + 1 < heap.length && heap[child + 1].value > heap[child].value ? 1 : 0;
      if (heap[child].value <= last.value) {
        break;
      }
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
  }
  return largest;
}

function columnsOf(root: Growing): BenchTree {
  const tree: BenchTree = { level: [], value: [], self: [], label: [] };
  const open = [root];
  while (open.length > 0) {
    const node = open.pop() as Growing;
    tree.level.push(node.level);
    tree.value.push(node.value);
    tree.self.push(node.children.reduce((rest, child) => rest - child.value, node.value));
    tree.label.push(node.label);
    for (let i = node.children.length - 1; i >= 0; i--) {
      open.push(node.children[i]);
    }
  }
  return tree;
}
