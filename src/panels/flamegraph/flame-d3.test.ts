import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';
import fc from 'fast-check';
import { layoutFlame } from '../../model/flame-layout';
import { type PlainNode, columnsOf, plainTreeOf, valueOf } from '../../model/flame-random';
import { buildFlameTree, labelOf } from '../../model/flame-tree';

const widthPx = 400;

/** Only frames that have a value: d3-flame-graph draws the others as well. */
const plainTree = fc
  .array(fc.tuple(fc.nat({ max: 6 }), fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 1, max: 50 })), {
    maxLength: 30,
  })
  .map(plainTreeOf);

interface D3Node {
  name: string;
  value: number;
  children: D3Node[];
}

const d3Node = (node: PlainNode): D3Node => ({
  name: node.label,
  value: valueOf(node),
  children: node.children.map(d3Node),
});

/** A box as depth, name, left edge and width in px. */
type Box = readonly [number, string, number, number];

const inOrder = (boxes: Box[]) => boxes.sort((a, b) => a[0] - b[0] || a[2] - b[2]);
const round = (px: number) => Math.round(px * 1000) / 1000;

/** The boxes that d3-flame-graph lays out: what it binds to its elements. */
function boxesOfD3(root: PlainNode): Box[] {
  const place = document.createElement('div');
  const chart = flamegraph().width(widthPx).cellHeight(20).minFrameSize(0.5).transitionDuration(0).sort(false);
  select(place).datum(d3Node(root)).call(chart);
  return inOrder(
    Array.from(place.querySelectorAll('g.frame'), (element) => {
      const { depth, data, x0, x1 } = Reflect.get(element, '__data__');
      return [depth, data.name, round(x0 * widthPx), round((x1 - x0) * widthPx)] as const;
    })
  );
}

function ourBoxes(root: PlainNode): Box[] {
  const tree = buildFlameTree(columnsOf(root));
  const layout = layoutFlame(tree, { focus: 0, widthPx });
  const boxes: Box[] = [];
  for (let row = 0; row < layout.rows; row++) {
    for (let entry = layout.rowStart[row]; entry < layout.rowStart[row + 1]; entry++) {
      if (layout.count[entry] === 0) {
        boxes.push([row, labelOf(tree, layout.node[entry]), round(layout.x[entry]), round(layout.w[entry])]);
      }
    }
  }
  return inOrder(boxes);
}

it('lays small trees out as d3-flame-graph does', () => {
  fc.assert(
    fc.property(plainTree, (root) => {
      const ours = ourBoxes(root);
      const theirs = boxesOfD3(root);
      expect(ours.map(([depth, name]) => [depth, name])).toEqual(theirs.map(([depth, name]) => [depth, name]));
      ours.forEach(([, , x, width], i) => {
        expect(Math.abs(x - theirs[i][2])).toBeLessThan(0.01);
        expect(Math.abs(width - theirs[i][3])).toBeLessThan(0.01);
      });
    }),
    { numRuns: 60 }
  );
});
