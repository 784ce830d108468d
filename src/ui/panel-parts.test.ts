import { FieldType, type Field } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { fieldFormatter, frameWithFields, internTexts, numberAt, textAt } from './panel-fields';
import { readVariable, variableExists, writeVariable } from './panel-selection';
import { testFrame } from './panel-test-props';
import { nextSort, sortRows } from './table-sort';

const field = (values: unknown[], more: Partial<Field> = {}): Field => ({
  name: 'f',
  type: FieldType.number,
  config: {},
  values,
  ...more,
});

describe('fields', () => {
  it('finds a frame by its field names, in any order', () => {
    const frames = [testFrame({ a: [1] }), testFrame({ c: [1], b: [2], a: [3] })];
    expect(frameWithFields(frames, ['a', 'b'])).toBe(frames[1]);
    expect(frameWithFields(frames, ['d'])).toBeUndefined();
  });

  it('reads enums as their texts', () => {
    const colours = field([1, 0, 7, null], {
      type: FieldType.enum,
      config: { type: { enum: { text: ['red', 'blue'] } } },
    });
    expect([0, 1, 2, 3].map((row) => textAt(colours, row))).toEqual(['blue', 'red', '', '']);
    expect(internTexts(colours)).toEqual({ labels: ['red', 'blue'], index: colours.values });
  });

  it('gives texts an index', () => {
    const { labels, index } = internTexts(field(['x', 'y', 'x', null], { type: FieldType.string }));
    expect([labels, Array.from(index)]).toEqual([
      ['x', 'y', ''],
      [0, 1, 0, 2],
    ]);
  });

  it('has no number where there is none', () => {
    expect([numberAt(undefined, 0), numberAt(field([null]), 0), numberAt(field([0]), 0)]).toEqual([NaN, NaN, 0]);
  });

  it.each([
    ['ns', 1.5e9, '1.50 s'],
    ['ms', 1.5e6, '25.0 min'],
    ['bytes', 1500, '1.46 KiB'],
    [undefined, 1500, '1\u2009500'],
  ])('formats by unit %s', (unit, value, text) => {
    expect(fieldFormatter(field([], { config: { unit } }))(value)).toBe(text);
  });

  it('leaves units and decimals that the user chose to Grafana', () => {
    const display = () => ({ text: '1.5', suffix: ' apples', numeric: 1.5 });
    expect(fieldFormatter(field([], { config: { unit: 'suffix: apples' }, display }))(1)).toBe('1.5 apples');
    expect(fieldFormatter(field([], { config: { unit: 'ns', decimals: 1 }, display }))(1)).toBe('1.5 apples');
  });
});

describe('selection variable', () => {
  /** A dashboard whose variable `method` has values that are not in the address. */
  const dashboard =
    (values: string[], isAll = false) =>
    (text: string) =>
      text
        .replace('${method}', values.join(','))
        .replace('${method:text}', isAll ? 'All' : values.join(' + '))
        .replace('${method:json}', JSON.stringify(values));

  beforeEach(() => locationService.push('/d/x'));

  it('knows whether the dashboard has it', () => {
    expect(variableExists('method', dashboard([]))).toBe(true);
    expect(variableExists('thread', dashboard([]))).toBe(false);
    expect(variableExists('', dashboard([]))).toBe(false);
  });

  it('reads the address first, then the dashboard; All = nothing picked', () => {
    expect(readVariable('method', dashboard(['a,b', 'c']))).toEqual(['a,b', 'c']);
    expect(readVariable('method', dashboard(['a', 'b'], true))).toEqual([]);
    locationService.partial({ 'var-method': ['x'] });
    expect(readVariable('method', dashboard(['a']))).toEqual(['x']);
    locationService.partial({ 'var-method': '$__all' });
    expect(readVariable('method', dashboard(['a']))).toEqual([]);
  });

  it('writes names of any kind and All for none', () => {
    const names = ['f(a, b)', 'x&y=z', '<b>', 'ünï|x'];
    writeVariable('method', names);
    expect(readVariable('method', dashboard([]))).toEqual(names);
    writeVariable('method', []);
    expect(locationService.getSearch().getAll('var-method')).toEqual(['$__all']);
  });
});

describe('sorting', () => {
  it('puts the largest number first, then the smallest, and nothing last', () => {
    const numbers = field([2, null, 10, 2]);
    expect(nextSort(undefined, 'f', true)).toEqual({ id: 'f', descending: true });
    expect(sortRows([0, 1, 2, 3], numbers, true, true)).toEqual([2, 0, 3, 1]);
    expect(sortRows([0, 1, 2, 3], numbers, true, false)).toEqual([0, 3, 2, 1]);
  });

  it('sorts texts as people do', () => {
    const texts = field(['f10', '', 'F2', 'a'], { type: FieldType.string });
    expect(nextSort({ id: 'f', descending: false }, 'f', false)).toEqual({ id: 'f', descending: true });
    expect(sortRows([0, 1, 2, 3], texts, false, false)).toEqual([3, 2, 0, 1]);
  });
});
