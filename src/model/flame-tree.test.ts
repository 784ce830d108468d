import fc from 'fast-check';
import { hitFlame, entryOfNode, layoutFlame, runValue } from './flame-layout';
import { type PlainNode, bigColumns, columnsOf, plainTreeOf, valueOf } from './flame-random';
import { hidesMatch, maskOf, matchFlame, matchSteps } from './flame-search';
import {
  type FlameTree,
  buildFlameTree,
  followPath,
  labelOf,
  levelOf,
  neighbour,
  nestedSetProblem,
  nodeOfRow,
  parentOf,
  labelKey,
  pathKeys,
  pathLabels,
  widestChild,
} from './flame-tree';

interface PlainBox {
  node: PlainNode;
  parent: PlainBox | undefined;
  level: number;
  start: number;
}

/** Every node with its level and left edge, by level, from left to right. */
function boxesByLevel(root: PlainNode): PlainBox[] {
  const boxes: PlainBox[] = [{ node: root, parent: undefined, level: 0, start: 0 }];
  for (const box of boxes) {
    let start = box.start;
    for (const node of box.node.children) {
      boxes.push({ node, parent: box, level: box.level + 1, start });
      start += valueOf(node);
    }
  }
  return boxes;
}

const plainTree = fc
  .array(fc.tuple(fc.nat({ max: 9 }), fc.constantFrom('a', 'b', 'c', 'd', ''), fc.nat({ max: 50 })), { maxLength: 40 })
  .map(plainTreeOf);

const inside = (box: PlainBox, label: string): boolean =>
  box.node.label === label || (box.parent !== undefined && inside(box.parent, label));

describe('buildFlameTree', () => {
  it('places every node as plain code does', () => {
    fc.assert(
      fc.property(plainTree, (root) => {
        const tree = buildFlameTree(columnsOf(root));
        const boxes = boxesByLevel(root);
        expect(Array.from(tree.start)).toEqual(boxes.map((box) => box.start));
        expect(Array.from(tree.width)).toEqual(boxes.map((box) => valueOf(box.node)));
        boxes.forEach((box, node) => {
          expect(labelOf(tree, node)).toBe(box.node.label);
          expect(levelOf(tree, node)).toBe(box.level);
          expect(parentOf(tree, node)).toBe(box.parent ? boxes.indexOf(box.parent) : -1);
          expect(tree.firstChild[node + 1]! - tree.firstChild[node]!).toBe(box.node.children.length);
          expect(nodeOfRow(tree, tree.row[node]!)).toBe(node);
          expect(tree.rowEnd[tree.row[node]!]! - tree.row[node]!).toBe(boxesByLevel(box.node).length);
        });
      })
    );
  });

  it('finds a path again, and the nearest caller of a path that is gone', () => {
    const leaf = { label: 'leaf', self: 1, children: [] };
    const tree = buildFlameTree(
      columnsOf({ label: 'all', self: 0, children: [{ ...leaf, label: 'x', children: [leaf] }] })
    );
    expect(pathLabels(tree, 2)).toEqual(['x', 'leaf']);
    expect(followPath(tree, pathKeys(tree, 2))).toBe(2);
    expect(followPath(tree, ['x', 'gone', 'leaf'].map(labelKey))).toBe(1);
  });

  it('finds siblings of one name by their paths', () => {
    const tree = buildFlameTree({
      level: [0, 1, 2, 1, 1, 2, 2],
      value: [9, 3, 3, 2, 4, 2, 2],
      self: [0, 0, 3, 2, 0, 2, 2],
      label: [0, 1, 2, 2, 1, 2, 2],
      labels: ['all', 'a', 'b'],
    });
    const nodes = Array.from({ length: tree.length }, (_, node) => node);
    expect(nodes.map((node) => followPath(tree, pathKeys(tree, node)))).toEqual(nodes);
    expect(pathKeys(tree, 6)).toEqual([`${labelKey('a')}-1`, `${labelKey('b')}-1`]);
  });

  it('draws both sides of a comparison', () => {
    const tree = buildFlameTree({
      level: [0, 1, 1],
      value: [5, 5, 0],
      self: [0, 5, 0],
      valueRight: [7, 0, 7],
      selfRight: [0, 0, 7],
      label: [0, 1, 2],
      labels: ['all', 'old', 'new'],
    });
    expect(Array.from(tree.width)).toEqual([12, 5, 7]);
  });

  it('cuts children that exceed their parent, and takes no value that is no number', () => {
    const columns = {
      level: [0, 1, 1, 1],
      value: [10, 8, 8, NaN],
      self: [0, 0, 0, -1],
      label: [0, 0, 0, 0],
      labels: ['a'],
    };
    expect(Array.from(buildFlameTree(columns).width)).toEqual([10, 8, 2, 0]);
  });

  it('is empty for an empty frame', () => {
    const tree = buildFlameTree({ level: [], value: [], self: [], label: [], labels: [] });
    expect(tree).toMatchObject({ length: 0, depth: 0 });
    expect(layoutFlame(tree, { focus: 0, widthPx: 100 }).rows).toBe(0);
  });

  it.each([
    [[1], 'first row'],
    [[0, 0], 'Row 1'],
    [[0, 2], 'Row 1'],
    [[0, 1, 3], 'Row 2'],
    [[0, 1.5], 'Row 1'],
  ])('refuses levels %j', (level, words) => {
    expect(nestedSetProblem({ level, value: [], self: [], label: [], labels: [] })).toContain(words);
  });
});

/** What a view must show, by plain code: every frame that is wide enough, as are all above it up to the focus. */
function wideBoxes(root: PlainNode, scale: number): number {
  const wide = valueOf(root) * scale >= 0.5;
  return wide ? 1 + root.children.reduce((sum, child) => sum + wideBoxes(child, scale), 0) : 0;
}

describe('layoutFlame', () => {
  it('shows every frame of half a pixel, hides nothing unnamed and finds it by its place', () => {
    fc.assert(
      fc.property(plainTree, fc.integer({ min: 1, max: 90 }), (root, widthPx) => {
        const total = valueOf(root);
        fc.pre(total > 0);
        const tree = buildFlameTree(columnsOf(root));
        const layout = layoutFlame(tree, { focus: 0, widthPx });
        expect(layout.frames).toBe(wideBoxes(root, widthPx / total));
        expect(layout.rows).toBeLessThanOrEqual(tree.depth);
        checkRows(tree, layout);
      })
    );
  });

  function checkRows(tree: FlameTree, layout: ReturnType<typeof layoutFlame>) {
    for (let row = 0; row < layout.rows; row++) {
      let drawn = 0;
      for (let entry = layout.rowStart[row]!; entry < layout.rowStart[row + 1]!; entry++) {
        const node = layout.node[entry]!;
        drawn += layout.count[entry] === 0 ? tree.width[node]! : runValue(tree, node, layout.count[entry]!);
        expect(hitFlame(layout, row, layout.x[entry]! + layout.w[entry]! / 2)).toBe(entry);
        expect(entryOfNode(tree, layout, node)).toBe(entry);
      }
      expect(drawn).toBe(valueBelowWideFrames(tree, layout, row));
    }
  }

  function valueBelowWideFrames(tree: FlameTree, layout: ReturnType<typeof layoutFlame>, row: number): number {
    if (row === 0) {
      return tree.width[0]!;
    }
    let sum = 0;
    for (let entry = layout.rowStart[row - 1]!; entry < layout.rowStart[row]!; entry++) {
      const node = layout.node[entry]!;
      const isFrame = layout.count[entry] === 0;
      for (let child = tree.firstChild[node]!; isFrame && child < tree.firstChild[node + 1]!; child++) {
        sum += tree.width[child]!;
      }
    }
    return sum;
  }

  it('joins small siblings into one run that knows its value', () => {
    const small = Array.from({ length: 20 }, (_, i) => ({ label: `s${i}`, self: 1, children: [] }));
    const root = { label: 'all', self: 980, children: [{ label: 'big', self: 500, children: [] }, ...small] };
    const tree = buildFlameTree(columnsOf({ ...root, self: 480 }));
    const layout = layoutFlame(tree, { focus: 0, widthPx: 100 });
    expect(Array.from(layout.count)).toEqual([0, 0, 20]);
    expect(runValue(tree, layout.node[2]!, 20)).toBe(20);
    expect(layout.w[2]).toBeCloseTo(2);
    expect(hitFlame(layout, 1, 51)).toBe(2);
    expect(hitFlame(layout, 1, 53)).toBe(-1);
    expect(hitFlame(layout, 2, 1)).toBe(-1);
  });

  it('lays a zoomed view out over the whole width', () => {
    const tree = buildFlameTree(
      columnsOf({ label: 'all', self: 999, children: [{ label: 'x', self: 1, children: [] }] })
    );
    const layout = layoutFlame(tree, { focus: 1, widthPx: 300 });
    expect([layout.rows, layout.x[0], layout.w[0]]).toEqual([1, 0, 300]);
  });

  it('lays out the part of the focus that is in view, as a cut of the whole', () => {
    fc.assert(
      fc.property(plainTree, fc.integer({ min: 0, max: 3 }), (root, quarter) => {
        fc.pre(valueOf(root) > 0);
        const tree = buildFlameTree(columnsOf(root));
        const whole = layoutFlame(tree, { focus: 0, widthPx: 400 });
        const part = layoutFlame(tree, { focus: 0, widthPx: 100, from: quarter / 4, to: (quarter + 1) / 4 });
        const visible = (row: number) =>
          seenEntries(whole, row)
            .map(({ node, count, x, w }) => ({ node, count, x: x - quarter * 100, end: x - quarter * 100 + w }))
            .filter(({ x, end }) => x < 100 - 1e-3 && end > 1e-3)
            .map(({ node, x }) => [node, Math.max(0, x)] as const);
        for (let row = 1; row < part.rows; row++) {
          const seen = seenEntries(part, row).filter(({ w }) => w > 1e-3);
          expect(seen.map(({ x }) => Math.round(x))).toEqual(visible(row).map(([, x]) => Math.round(x)));
        }
      })
    );
  });

  function seenEntries(layout: ReturnType<typeof layoutFlame>, row: number) {
    const entries = Array.from(layout.node, (node, i) => ({
      node,
      count: layout.count[i],
      x: layout.x[i],
      w: layout.w[i],
    }));
    return entries.slice(layout.rowStart[row], layout.rowStart[row + 1]);
  }

  it('shows the root of a tree without value', () => {
    const tree = buildFlameTree(
      columnsOf({ label: 'all', self: 0, children: [{ label: 'x', self: 0, children: [] }] })
    );
    expect(layoutFlame(tree, { focus: 0, widthPx: 100 }).rows).toBe(1);
  });

  it('takes 5,000 levels', () => {
    const level = Array.from({ length: 5000 }, (_, i) => i);
    const value = level.map(() => 7);
    const tree = buildFlameTree({ level, value, self: value, label: level.map(() => 0), labels: ['f'] });
    expect(nestedSetProblem(tree.columns)).toBeUndefined();
    expect(layoutFlame(tree, { focus: 0, widthPx: 800 }).rows).toBe(5000);
    expect(pathLabels(tree, 4999)).toHaveLength(4999);
    expect(matchFlame(tree, Uint8Array.of(1))).toMatchObject({ frames: 5000, total: 7 });
  });

  it('takes 100,000 nodes and looks only at those a screen can show', () => {
    const tree = buildFlameTree(bigColumns(100_000, 3000));
    const layout = layoutFlame(tree, { focus: 0, widthPx: 1600 });
    expect(tree.length).toBe(100_000);
    expect(layout.frames).toBeGreaterThan(1000);
    expect(layout.node.length).toBeLessThan(1600 * 2 * layout.rows);
  });
});

describe('matchFlame', () => {
  it('counts what matches, and the value of nested matches once', () => {
    fc.assert(
      fc.property(plainTree, fc.constantFrom('a', 'b', ''), (root, label) => {
        const tree = buildFlameTree(columnsOf(root));
        const boxes = boxesByLevel(root);
        const hits = boxes.filter((box) => box.node.label === label);
        const outer = hits.filter((box) => !box.parent || !inside(box.parent, label));
        const matches = matchFlame(tree, maskOf(tree.columns.labels, new Set([label])));
        expect(matches.frames).toBe(hits.length);
        expect(matches.methods).toBe(hits.length > 0 ? 1 : 0);
        expect(matches.total).toBe(outer.reduce((sum, box) => sum + valueOf(box.node), 0));
        expect(matchSteps(tree, matches).sort((a, b) => a - b)).toEqual(outer.map((box) => boxes.indexOf(box)));
        boxes.forEach((box, node) => {
          expect(hidesMatch(tree, matches, node, 0)).toBe(hits.some((hit) => isAbove(box, hit)));
        });
      })
    );
  });

  const isAbove = (box: PlainBox, below: PlainBox | undefined): boolean =>
    below !== undefined && (below === box || isAbove(box, below.parent));

  it('steps from the largest match down', () => {
    const leaf = (label: string, self: number) => ({ label, self, children: [] });
    const tree = buildFlameTree(
      columnsOf({ label: 'all', self: 0, children: [leaf('x', 1), leaf('y', 5), leaf('x', 3)] })
    );
    expect(matchSteps(tree, matchFlame(tree, maskOf(tree.columns.labels, new Set(['x']))))).toEqual([3, 1]);
  });
});

it('moves between frames of the focus only', () => {
  const leaf = (label: string, self: number) => ({ label, self, children: [] });
  const a = { label: 'a', self: 0, children: [leaf('a1', 2), leaf('a0', 0), leaf('a2', 6)] };
  const tree = buildFlameTree(
    columnsOf({ label: 'all', self: 0, children: [a, { ...leaf('b', 0), children: [leaf('b1', 1)] }] })
  );
  expect(widestChild(tree, 1)).toBe(5);
  expect(neighbour(tree, 3, 1, 1)).toBe(5);
  expect(neighbour(tree, 5, 1, 1)).toBe(5);
  expect(neighbour(tree, 5, 1, 0)).toBe(6);
  expect(neighbour(tree, 5, -1, 0)).toBe(3);
});
