import fc from 'fast-check';
import { type PlainNode, bigColumns, columnsOf, plainTreeOf, valueOf } from './flame-random';
import { type FlameRows, graftRows, hiddenBelow, hiddenLabel, hiddenValues, textOf } from './flame-rows';
import { labelTotals, matchedLabels } from './flame-search';
import { buildFlameTree, nestedSetProblem } from './flame-tree';
import { calleesOf, callersOf, foldChains, foldRows, invertRows, pruneRows } from './flame-views';

const plainTree = fc
  .array(fc.tuple(fc.nat({ max: 9 }), fc.constantFrom('a', 'b', 'c', 'd', ''), fc.nat({ max: 50 })), { maxLength: 40 })
  .map(plainTreeOf);

/** Stacks with their self values: the slow reference for every view. */
type Stacks = Map<string, number>;

function addStack(stacks: Stacks, names: readonly string[], value: number) {
  const key = JSON.stringify(names);
  stacks.set(key, (stacks.get(key) ?? 0) + value);
}

/** What rows say, as stacks below the root with their self value; 0 is left out. */
function stacksOf(rows: FlameRows): Stacks {
  const stacks: Stacks = new Map();
  const open: string[] = [];
  for (let row = 0; row < rows.level.length; row++) {
    open.length = rows.level[row];
    open.push(rows.labels[rows.label[row]]);
    if (rows.self[row] !== 0) {
      addStack(stacks, open.slice(1), rows.self[row]);
    }
  }
  return stacks;
}

function mapStacks(rows: FlameRows, change: (names: string[]) => string[] | undefined): Stacks {
  const changed: Stacks = new Map();
  for (const [key, value] of stacksOf(rows)) {
    const names = change(JSON.parse(key));
    if (names) {
      addStack(changed, names, value);
    }
  }
  return changed;
}

/** Values are the sum of self below them, siblings have different labels, levels are a nested set. */
function checkRows(rows: FlameRows) {
  expect(nestedSetProblem(rows)).toBeUndefined();
  expect(hiddenValues(rows.level, rows.value, rows.self).every((rest) => rest === 0)).toBe(true);
}

const rowMask = (rows: FlameRows, wanted: (name: string) => boolean) =>
  Uint8Array.from(rows.label, (label) => (wanted(rows.labels[label]) ? 1 : 0));

const total = (stacks: Stacks) => [...stacks.values()].reduce((sum, value) => sum + value, 0);

describe('views keep every value', () => {
  it('inverts', () => {
    fc.assert(
      fc.property(plainTree, (root) => {
        const rows = columnsOf(root);
        const inverted = invertRows(rows);
        checkRows(inverted);
        const reference = mapStacks(rows, (names) => (names.length > 0 ? names.reverse() : [root.label]));
        expect(stacksOf(inverted)).toEqual(reference);
        expect(inverted.value[0]).toBe(valueOf(root));
      })
    );
  });

  it('folds frames into their callers and leaves stacks out', () => {
    fc.assert(
      fc.property(plainTree, (root) => {
        const rows = columnsOf(root);
        const fold = rowMask(rows, (name) => name === 'a');
        const drop = rowMask(rows, (name) => name === 'b');
        const folded = foldRows(rows, { fold, drop });
        checkRows(folded);
        const kept = (names: string[]) => (names.includes('b') ? undefined : names.filter((name) => name !== 'a'));
        expect(stacksOf(folded)).toEqual(mapStacks(rows, kept));
      })
    );
  });

  it('folds recursion, direct or not', () => {
    fc.assert(
      fc.property(plainTree, (root) => {
        const rows = columnsOf(root);
        const folded = foldRows(rows, { recursion: true });
        checkRows(folded);
        const once = (names: string[]) =>
          names.reduce<string[]>((stack, name) => {
            const at = stack.indexOf(name);
            return at < 0 ? [...stack, name] : stack.slice(0, at + 1);
          }, []);
        expect(stacksOf(folded)).toEqual(mapStacks(rows, once));
      })
    );
  });

  it('shows callers and callees with the total of the method, recursion counted once', () => {
    fc.assert(
      fc.property(plainTree, (root) => {
        const rows = columnsOf(root);
        const tree = buildFlameTree(rows);
        const label = rows.labels.indexOf('b');
        const callers = callersOf(rows, label);
        const callees = calleesOf(rows, label);
        if (!callers || !callees) {
          return expect(rows.labels.some((name, i) => name === 'b' && Array.from(rows.label).includes(i))).toBe(false);
        }
        checkRows(callers);
        checkRows(callees);
        const { total: totals } = labelTotals(tree);
        expect([callers.value[0], callees.value[0]]).toEqual([totals[label], totals[label]]);
        const through = (names: string[]) => (names.includes('b') ? names : undefined);
        const down = mapStacks(rows, (names) => through(names)?.slice(names.indexOf('b') + 1));
        const up = mapStacks(rows, (names) => through(names)?.slice(0, names.indexOf('b')).reverse());
        expect(stacksOf(callees)).toEqual(down);
        expect(stacksOf(callers)).toEqual(up);
        return undefined;
      })
    );
  });

  it('folds chains without changing any sum', () => {
    const leaf = (label: string, self: number, children: PlainNode[] = []) => ({ label, self, children });
    const chain = leaf('a', 0, [leaf('b', 0, [leaf('c', 3, [leaf('d', 50), leaf('e', 50)])])]);
    const rows = foldChains(columnsOf(leaf('all', 7, [chain, leaf('f', 1)])));
    expect(Array.from(rows.label, (label) => rows.labels[label])).toEqual(['all', 'a', 'd', 'e', 'f']);
    expect([Array.from(rows.value), Array.from(rows.folded ?? [])]).toEqual([
      [111, 103, 50, 50, 1],
      [0, 2, 0, 0, 0],
    ]);
    fc.assert(fc.property(plainTree, (root) => checkRows(foldChains(columnsOf(root)))));
  });
});

describe('cut frames', () => {
  // serve has 100, of which 60 are in frames that the answer left out.
  const cut: FlameRows = {
    level: [0, 1, 2, 1],
    value: [150, 100, 30, 50],
    self: [0, 10, 30, 50],
    samples: [15, 10, 3, 5],
    label: [0, 1, 2, 3],
    labels: ['all', 'serve', 'decode', 'gc'],
    library: { texts: ['', 'app'], index: [0, 1, 1, 0] },
  };

  it('keep what is hidden, by name, when inverted', () => {
    const inverted = invertRows(cut);
    expect(stacksOf({ ...inverted, self: inverted.value.length ? leafValues(inverted) : [] })).toEqual(
      new Map([
        [JSON.stringify([hiddenLabel, 'serve']), 60],
        [JSON.stringify(['gc']), 50],
        [JSON.stringify(['decode', 'serve']), 30],
        [JSON.stringify(['serve']), 10],
      ])
    );
    expect(inverted.value[0]).toBe(150);
  });

  const leafValues = (rows: FlameRows) =>
    Float64Array.from(rows.level, (level, row) => {
      let children = 0;
      for (let at = row + 1; at < rows.level.length && rows.level[at] > level; at++) {
        children += rows.level[at] === level + 1 ? rows.value[at] : 0;
      }
      return rows.value[row] - children;
    });

  it('tell how much is hidden below a frame', () => {
    expect([0, 1, 2].map((row) => hiddenBelow(cut, row))).toEqual([0.4, 0.6, 0]);
  });

  it('take the answer for one frame in', () => {
    const part: FlameRows = {
      level: [0, 1, 1, 2],
      value: [100, 60, 30, 5],
      self: [10, 60, 25, 5],
      samples: [10, 6, 3, 1],
      label: [0, 1, 2, 3],
      labels: ['serve', 'query', 'decode', 'get'],
      library: { texts: ['lib', ''], index: [1, 0, 0, 0] },
    };
    const whole = graftRows(cut, 1, part);
    checkRows(whole);
    expect(Array.from(whole.label, (label) => whole.labels[label])).toEqual([
      'all',
      'serve',
      'query',
      'decode',
      'get',
      'gc',
    ]);
    expect(Array.from(whole.level)).toEqual([0, 1, 2, 2, 3, 1]);
    expect(Array.from(whole.samples ?? [])).toEqual([15, 10, 6, 3, 1, 5]);
    expect([0, 1, 2, 5].map((row) => textOf(whole.library, row))).toEqual(['', '', 'lib', '']);
    expect(hiddenBelow(whole, 0)).toBe(0);
  });
});

it('adds samples and both sides of a comparison up', () => {
  const rows: FlameRows = {
    level: [0, 1, 2, 1],
    value: [10, 6, 6, 4],
    self: [0, 0, 6, 4],
    valueRight: [7, 2, 2, 5],
    selfRight: [0, 0, 2, 5],
    samples: [5, 3, 3, 2],
    label: [0, 1, 2, 2],
    labels: ['all', 'f', 'g'],
  };
  const inverted = invertRows(rows);
  expect(Array.from(inverted.label, (label) => inverted.labels[label])).toEqual(['all', 'g', 'f']);
  expect([inverted.value, inverted.valueRight, inverted.samples].map((column) => Array.from(column ?? []))).toEqual([
    [10, 10, 6],
    [7, 7, 2],
    [5, 5, 3],
  ]);
});

it('keeps the heaviest rows of a large tree and hides the rest in their callers', () => {
  const rows = bigColumns(20_000, 500);
  const pruned = pruneRows(rows, 5000);
  expect(pruned.level.length).toBeLessThanOrEqual(5000);
  expect(nestedSetProblem(pruned)).toBeUndefined();
  const inverted = invertRows(pruned);
  expect(inverted.value[0]).toBe(rows.value[0]);
  expect(pruneRows(rows, 20_000)).toBe(rows);
});

it('folds and inverts a stack of 5,000 levels', () => {
  const level = Array.from({ length: 5000 }, (_, i) => i);
  const rows = {
    level,
    value: level.map(() => 7),
    self: level.map((i) => (i === 4999 ? 7 : 0)),
    label: level.map((i) => i % 3),
    labels: ['all', 'f', 'g'],
  };
  expect(invertRows(rows).level.length).toBe(5000);
  expect(foldRows(rows, { recursion: true }).level.length).toBeLessThanOrEqual(4);
  expect(foldChains(rows).level.length).toBe(2);
});

it('lists matched labels, the largest first', () => {
  const tree = buildFlameTree(
    columnsOf({
      label: 'all',
      self: 0,
      children: [
        { label: 'x', self: 1, children: [{ label: 'x', self: 2, children: [] }] },
        { label: 'y', self: 9, children: [] },
      ],
    })
  );
  const totals = labelTotals(tree);
  expect(matchedLabels(totals, Uint8Array.of(0, 1, 1)).map((label) => tree.columns.labels[label])).toEqual(['y', 'x']);
  expect(totals.total[tree.columns.labels.indexOf('x')]).toBe(3);
  expect(total(stacksOf(tree.columns))).toBe(12);
});
