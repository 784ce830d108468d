import flamegraph from 'd3-flame-graph';
import { select } from 'd3-selection';
import { type BenchTree } from '../tree';
import { offer } from './measure';

interface Node {
  name: string;
  value: number;
  row: number;
  children: Node[];
}

let tree: BenchTree;
const chart = flamegraph().width(1600).cellHeight(20).minFrameSize(0.5).transitionDuration(0);

function nested({ level, value, label }: BenchTree): Node {
  const open: Node[] = [];
  level.forEach((at, row) => {
    open[at] = { name: label[row], value: value[row], row, children: [] };
    if (at > 0) {
      open[at - 1].children.push(open[at]);
    }
  });
  return open[0];
}

/** Frames are bound to their data; the one of a row. */
function frameOfRow(row: number): Element | undefined {
  return [...document.querySelectorAll('g.frame')].find((element) => Reflect.get(element, '__data__').data.row === row);
}

offer({
  prepare: (given) => {
    tree = given;
    return nested(given);
  },
  mount: (input) => select('#root').datum(input).call(chart),
  unmount: () => chart.destroy(),
  zoomTo: (row) => {
    const frame = frameOfRow(row);
    return () => frame?.dispatchEvent(new MouseEvent('click', { bubbles: true }));
  },
  unzoom: () => chart.resetZoom(),
  search: (text) => (text ? chart.search(text) : chart.clear()),
  area: () => document.querySelector('svg') as unknown as HTMLElement,
  rowPx: 20,
  fromBottom: true,
});
