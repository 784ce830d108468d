import fc from 'fast-check';
import { buildCallTree, nodeLabel, type CallTree } from './call-tree';
import { dimensionTable, frameDimensions } from './dimensions';
import { parseDrawnProfile } from './profile-text';
import type { StackDictionary, WeightedStacks } from './stack-dictionary';
import { stackMask, type ResolvedStackFilter } from './stack-filter';
import { sumStacks } from './stack-sums';
import { StackTrie } from './stack-trie';
import { findNode, visibleNodes, visibleTree, type VisibleTree } from './visible-nodes';

const names = ['main', 'a', 'b', '__proto__', 'constructor', 'deep'];
const sample = fc.record({
  stack: fc.array(fc.constantFrom(...names), { maxLength: 6 }),
  detail: fc.option(fc.constantFrom('main', 'Error'), { nil: undefined }),
  value: fc.integer({ min: -20, max: 100 }),
});
type Sample = typeof sample extends fc.Arbitrary<infer T> ? T : never;

/** A dictionary and one weighted row per sample, in the order given. */
function drawn(samples: readonly Sample[]): { dictionary: StackDictionary; weighted: WeightedStacks } {
  const lines = samples.map(({ stack, detail, value }) => {
    const frames = [...stack, ...(detail === undefined ? [] : [`${detail} [kind=detail:exception]`])];
    return `${value} | ${frames.length === 0 ? '(no stack)' : frames.join('; ')}`;
  });
  const profile = parseDrawnProfile(['types: cpu-time/nanoseconds', ...lines].join('\n'));
  const { stack, values, length } = profile.samples;
  return { dictionary: profile, weighted: { length, stack, value: values, samples: new Float64Array(length).fill(1) } };
}

function labelsOf({ stack, detail }: Sample): string[] {
  const labels = [...stack, ...(detail === undefined ? [] : [`[${detail}]`])];
  return labels.length === 0 ? ['(no stack)'] : labels;
}

/** Slow and plain: self and total by the whole path. */
function referenceTree(samples: readonly Sample[]): Map<string, { self: number; total: number }> {
  const nodes = new Map<string, { self: number; total: number }>([['[]', { self: 0, total: 0 }]]);
  for (const one of samples) {
    const path = labelsOf(one);
    for (let depth = 0; depth <= path.length; depth++) {
      const key = JSON.stringify(path.slice(0, depth));
      const node = nodes.get(key) ?? { self: 0, total: 0 };
      node.total += one.value;
      node.self += depth === path.length ? one.value : 0;
      nodes.set(key, node);
    }
  }
  return nodes;
}

function pathOf(dictionary: StackDictionary, tree: CallTree, node: number): string[] {
  return node === 0 ? [] : [...pathOf(dictionary, tree, tree.parent[node]), nodeLabel(dictionary, tree, node)];
}

function partOf({ stack, value, samples }: WeightedStacks, rows: readonly number[]): WeightedStacks {
  const pick = (values: ArrayLike<number>) => rows.map((row) => values[row]);
  return { length: rows.length, stack: pick(stack), value: pick(value), samples: pick(samples) };
}

/** A line for each shown node. */
function described(
  dictionary: StackDictionary,
  { tree, node, level }: Pick<VisibleTree, 'tree' | 'node' | 'level'>
): string[] {
  return Array.from(node, (one, at) =>
    JSON.stringify([
      level[at],
      pathOf(dictionary, tree, one),
      tree.frame[one],
      tree.self[one],
      tree.total[one],
      tree.samples[one],
      tree.selfRight?.[one],
      tree.totalRight?.[one],
    ])
  );
}

describe('buildCallTree', () => {
  it('equals a slow merge of paths', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const { dictionary, weighted } = drawn(samples);
        const tree = buildCallTree(dictionary, weighted);
        const found = new Map(
          Array.from({ length: tree.length }, (_, node) => [
            JSON.stringify(pathOf(dictionary, tree, node)),
            { self: tree.self[node], total: tree.total[node] },
          ])
        );
        expect(found).toEqual(referenceTree(samples));
      })
    );
  });

  it('keeps both sides of a comparison apart', () => {
    fc.assert(
      fc.property(fc.array(sample, { minLength: 1, maxLength: 20 }), fc.nat(20), (samples, cut) => {
        const { dictionary, weighted } = drawn(samples);
        const part = (from: number, to: number): WeightedStacks => ({
          length: to - from,
          stack: Array.from(weighted.stack).slice(from, to),
          value: Array.from(weighted.value).slice(from, to),
          samples: Array.from(weighted.samples).slice(from, to),
        });
        const at = Math.min(cut, samples.length);
        const tree = buildCallTree(dictionary, part(0, at), part(at, samples.length));
        const sum = (some: readonly Sample[]) => some.reduce((total, { value }) => total + value, 0);
        expect(tree.total[0]).toBe(sum(samples.slice(0, at)));
        expect(tree.totalRight?.[0]).toBe(sum(samples.slice(at)));
      })
    );
  });

  it('makes the same tree with a trie that other merges used before', () => {
    const some = fc.array(fc.tuple(sample, fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(some, (samples) => {
        const { dictionary, weighted } = drawn(samples.map(([one]) => one));
        const part = partOf(
          weighted,
          samples.flatMap(([, isTaken], row) => (isTaken ? [row] : []))
        );
        const trie = new StackTrie();
        const shown = (kept: StackTrie | undefined, right?: WeightedStacks) =>
          described(dictionary, visibleTree(dictionary, sumStacks(dictionary, part, right, kept), 1000));
        sumStacks(dictionary, weighted, undefined, trie);
        expect(shown(trie, weighted)).toEqual(shown(undefined, weighted));
        expect(shown(trie)).toEqual(shown(undefined));
      })
    );
  });

  it('grows past its first sizes', () => {
    const samples = Array.from({ length: 3000 }, (_, i) => ({
      stack: ['main', `f${i % 1500}`, `g${i}`],
      detail: undefined,
      value: i,
    }));
    const { dictionary, weighted } = drawn(samples);
    const sums = sumStacks(dictionary, weighted);
    expect(sums.length).toBe(1 + 1 + 1500 + 3000);
    expect(sums.weight[0]).toBe((2999 * 3000) / 2);
    expect(sums.weight[findNode(dictionary, sums, ['total', 'main', 'f7'])]).toBe(7 + 1507);
  });
});

describe('visibleNodes', () => {
  it('keeps the heaviest nodes with their parents and reports what is hidden', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), fc.integer({ min: 1, max: 20 }), (samples, maxNodes) => {
        const { dictionary, weighted } = drawn(samples);
        const tree = buildCallTree(dictionary, weighted);
        const shown = visibleNodes(dictionary, tree, maxNodes);
        expect(shown.node.length).toBe(Math.min(maxNodes, tree.length));
        expect(shown.hiddenNodes).toBe(tree.length - shown.node.length);
        const kept = new Set(shown.node);
        expect([...kept].every((node) => node === 0 || kept.has(tree.parent[node]))).toBe(true);
        const hidden = Array.from({ length: tree.length }, (_, node) => node).filter((node) => !kept.has(node));
        expect(shown.hiddenSelf).toBe(hidden.reduce((sum, node) => sum + Math.abs(tree.self[node]), 0));
        shown.level.forEach((level, at) => {
          expect(level).toBe(pathOf(dictionary, tree, shown.node[at]).length);
          expect(at === 0 ? level : level - shown.level[at - 1]).toBeLessThanOrEqual(1);
        });
      })
    );
  });

  it.each([false, true])('finds the heaviest of many nodes, all alike: %s', (alike) => {
    const lines = Array.from({ length: 4000 }, (_, at) => ({
      stack: ['main', `f${at % 40}`, `g${at}`],
      detail: undefined,
      value: alike ? 1 : (at * 7919) % 4001,
    }));
    const { dictionary, weighted } = drawn(lines);
    const sums = sumStacks(dictionary, weighted);
    const shown = visibleTree(dictionary, sums, 100);
    const heaviest = [...sums.weight].sort((a, b) => b - a).slice(0, 100);
    expect([...shown.tree.total].sort((a, b) => b - a)).toEqual(heaviest);
    expect(shown.hiddenNodes).toBe(sums.length - 100);
  });

  it('shows a subtree with its first node as root', () => {
    const { dictionary, weighted } = drawn([
      { stack: ['main', 'a', 'b'], detail: undefined, value: 5 },
      { stack: ['main', 'b'], detail: undefined, value: 7 },
    ]);
    const sums = sumStacks(dictionary, weighted);
    const shown = visibleTree(dictionary, sums, 10, findNode(dictionary, sums, ['main', 'a']));
    expect(Array.from(shown.node, (node) => nodeLabel(dictionary, shown.tree, node))).toEqual(['a', 'b']);
    expect([...shown.level]).toEqual([0, 1]);
    expect(shown.hiddenNodes).toBe(0);
    expect(shown.allSelf).toBe(12);
    expect(findNode(dictionary, sums, ['main', 'nobody'])).toBe(-1);
  });

  it('shows of summed stacks what it shows of a tree, whatever else the trie holds', () => {
    const some = fc.array(fc.tuple(sample, fc.boolean()), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(some, fc.integer({ min: 1, max: 20 }), (samples, maxNodes) => {
        const { dictionary, weighted } = drawn(samples.map(([one]) => one));
        const part = partOf(
          weighted,
          samples.flatMap(([, isTaken], row) => (isTaken ? [row] : []))
        );
        const trie = new StackTrie();
        sumStacks(dictionary, weighted, undefined, trie);
        const shown = visibleTree(dictionary, sumStacks(dictionary, part, undefined, trie), maxNodes);
        const whole = buildCallTree(dictionary, part);
        const expected = visibleNodes(dictionary, whole, maxNodes);
        expect(shown.hiddenNodes).toBe(expected.hiddenNodes);
        const all = new Set(described(dictionary, { ...visibleNodes(dictionary, whole, 1000), tree: whole }));
        expect(described(dictionary, shown).every((node) => all.has(node))).toBe(true);
        const kept = [...shown.tree.self].reduce((sum, self) => sum + Math.abs(self), 0);
        expect(kept + shown.hiddenSelf).toBe(shown.allSelf);
      })
    );
  });
});

describe('dimensionTable', () => {
  it('charges self to the leaf method and total once per stack, recursion and details included', () => {
    fc.assert(
      fc.property(fc.array(sample, { maxLength: 30 }), (samples) => {
        const { dictionary, weighted } = drawn(samples);
        const expected = new Map<string, { self: number; total: number; samples: number }>();
        for (const { stack, value } of samples) {
          const methods = stack.length === 0 ? ['(no stack)'] : stack;
          for (const name of new Set(methods)) {
            const row = expected.get(name) ?? { self: 0, total: 0, samples: 0 };
            row.total += value;
            row.samples += 1;
            row.self += methods[methods.length - 1] === name ? value : 0;
            expected.set(name, row);
          }
        }
        const rows = dimensionTable(dictionary, weighted, 'method');
        expect(new Map(rows.map(({ name, ...row }) => [name, row]))).toEqual(expected);
      })
    );
  });

  it('sums self to the whole in every dimension of frames', () => {
    const { dictionary, weighted } = drawn([
      { stack: ['main', 'a'], detail: 'Error', value: 5 },
      { stack: [], detail: undefined, value: 7 },
    ]);
    for (const dimension of frameDimensions) {
      expect(dimensionTable(dictionary, weighted, dimension).reduce((sum, { self }) => sum + self, 0)).toBe(12);
    }
    expect(dimensionTable(dictionary, weighted, 'exception')).toEqual([
      { name: 'Error', self: 5, total: 5, samples: 1 },
    ]);
  });

  it('takes class, library, file, directory and line from the frames', () => {
    const profile = parseDrawnProfile(`
      1 | main [file=app/main.py:3 lib=app class=Main pkg=app]; load [file=/load.py:9 lib=json]
      2 | main [file=app/main.py:4 lib=app class=Main pkg=app]`);
    const weighted = { length: 2, stack: profile.samples.stack, value: profile.samples.values, samples: [1, 1] };
    const totals = (dimension: (typeof frameDimensions)[number]) =>
      Object.fromEntries(
        dimensionTable(profile, weighted, dimension).map(({ name, self, total }) => [name, [self, total]])
      );
    expect(totals('class')).toEqual({ Main: [2, 3], '(unknown)': [1, 1] });
    expect(totals('library')).toEqual({ app: [2, 3], json: [1, 1] });
    expect(totals('file')).toEqual({ 'app/main.py': [2, 3], '/load.py': [1, 1] });
    expect(totals('directory')).toEqual({ app: [2, 3], '/': [1, 1] });
    expect(totals('methodLine')).toEqual({ 'main:3': [0, 1], 'load:9': [1, 1], 'main:4': [2, 2] });
  });
});

describe('stackMask', () => {
  const kept = (samples: readonly Sample[], filters: readonly ResolvedStackFilter[]) => {
    const { dictionary, weighted } = drawn(samples);
    const mask = stackMask(dictionary, filters);
    return samples.filter((_, at) => mask === undefined || mask(weighted.stack[at]));
  };
  const filter = (match: ResolvedStackFilter['match'], values: string[], exclude = false): ResolvedStackFilter => ({
    dimension: 'method',
    match,
    values,
    exclude,
  });

  it('agrees with a plain look at each stack, and a filter with its complement is everything', () => {
    fc.assert(
      fc.property(
        fc.array(sample, { maxLength: 20 }),
        fc.constantFrom('any' as const, 'leaf' as const, 'prefix' as const),
        fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }),
        (samples, match, values) => {
          const wanted = ({ stack }: Sample) =>
            match === 'any'
              ? stack.some((name) => values.includes(name))
              : match === 'leaf'
                ? stack.length > 0 && values.includes(stack[stack.length - 1])
                : values.every((value, at) => stack[at] === value);
          expect(kept(samples, [filter(match, values)])).toEqual(samples.filter(wanted));
          expect(kept(samples, [filter(match, values, true)])).toEqual(samples.filter((one) => !wanted(one)));
        }
      )
    );
  });

  it('joins filters with and', () => {
    const samples = [['main', 'a'], ['main', 'b'], ['a']].map((stack, value) => ({ stack, detail: undefined, value }));
    expect(kept(samples, [filter('any', ['a']), filter('any', ['main'])]).map(({ value }) => value)).toEqual([0]);
    expect(kept(samples, []).length).toBe(3);
  });
});
