import { createTheme } from '@grafana/data';
import { layoutFlame } from '../../../model/flame-layout';
import { bigColumns } from '../../../model/flame-random';
import { flameColours } from '../flame-colours';
import { flameData } from '../flame-data';
import { htmlPage, pageNote } from './html-page';

const dataOf = (rows: ReturnType<typeof bigColumns>) =>
  flameData({ rows, format: String, custom: {}, linksOf: () => [] }, rows);

it('tells how much of a large profile a page leaves out, and says it on the page', () => {
  expect(pageNote({ data: dataOf(bigColumns(1000, 10)) })).toBeUndefined();
  const data = dataOf(bigColumns(60_000, 300));
  expect(pageNote({ data })).toContain('50\u2009000 of 60\u2009000 frames');
  const coloursOf = (of: typeof data) => flameColours(createTheme(), of, 'package');
  const focus = { node: 0, layout: layoutFlame(data.tree, { focus: 0, widthPx: 800 }) };
  const input = {
    data,
    rows: data.rows,
    focus,
    colours: coloursOf(data),
    coloursOf,
    font: '',
    flip: false,
    title: 'T',
  };
  expect(htmlPage(input as unknown as Parameters<typeof htmlPage>[0])).toContain('<p>The page holds the largest');
});
