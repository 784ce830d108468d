import { type FlameColumns } from './flame-tree';

/** A tree as nested objects, for tests that compare the typed arrays with plain code. */
export interface PlainNode {
  readonly label: string;
  readonly self: number;
  readonly children: readonly PlainNode[];
}

export function valueOf(node: PlainNode): number {
  return node.self + node.children.reduce((sum, child) => sum + valueOf(child), 0);
}

/** The nested set of a plain tree, as a flame frame carries it. */
export function columnsOf(root: PlainNode): FlameColumns {
  const labels: string[] = [];
  const columns = { level: [] as number[], value: [] as number[], self: [] as number[], label: [] as number[], labels };
  const add = (node: PlainNode, level: number) => {
    columns.level.push(level);
    columns.value.push(valueOf(node));
    columns.self.push(node.self);
    columns.label.push(labels.includes(node.label) ? labels.indexOf(node.label) : labels.push(node.label) - 1);
    node.children.forEach((child) => add(child, level + 1));
  };
  add(root, 0);
  return columns;
}

/** A small tree of [depth, label, self]: each entry goes below one of the nodes on the path to the entry before it. */
export function plainTreeOf(entries: ReadonlyArray<readonly [number, string, number]>): PlainNode {
  const root = { label: 'a', self: 3, children: [] as PlainNode[] };
  const open = [root];
  for (const [depth, label, self] of entries) {
    open.length = Math.min(open.length, depth + 1);
    const node = { label, self, children: [] as PlainNode[] };
    open.at(-1)!.children.push(node);
    open.push(node);
  }
  return root;
}

/** A wide random tree of about `nodes` nodes, the same for the same seed. */
export function bigColumns(nodes: number, labelCount: number, seed = 1): FlameColumns {
  let state = seed;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const level: number[] = [0];
  while (level.length < nodes) {
    const deeper = level.at(-1)! + 1;
    level.push(random() < 0.7 && deeper < 100 ? deeper : Math.max(1, Math.ceil(deeper * random() ** 0.4)));
  }
  const self = level.map(() => Math.floor(random() * 1000));
  const value = self.slice();
  const open: number[] = [];
  level.forEach((at, row) => {
    open[at] = row;
    for (let above = 0; above < at; above++) {
      value[open[above]!]! += self[row]!;
    }
  });
  const label = level.map(() => Math.floor(random() * labelCount));
  return { level, value, self, label, labels: Array.from({ length: labelCount }, (_, i) => `pkg${i % 50}.method${i}`) };
}
