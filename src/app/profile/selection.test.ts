import { expandQuery } from '../../datasource/template';
import { pickType } from './pick-type';
import { selectionFilter } from './selection-filter';
import { noSelection, readSelection, valuesOf } from './selection';

describe('picks in the address', () => {
  it('reads what panels write, All and empty as nothing', () => {
    const params = new URLSearchParams(
      'var-method=a&var-method=b&var-thread=$__all&var-exclude_method=c&var-library=&var-other=x'
    );
    const selection = readSelection(params);
    expect(selection).toEqual([
      { dimension: 'method', exclude: false, value: 'a' },
      { dimension: 'method', exclude: false, value: 'b' },
      { dimension: 'method', exclude: true, value: 'c' },
    ]);
    expect(valuesOf(selection, 'method', false)).toEqual(['a', 'b']);
    expect(noSelection).toHaveProperty('var-exclude_thread', null);
  });
});

describe('picks as stack filters', () => {
  const variables: Record<string, string[]> = { method: ['a', 'b'], exclude_method: ['c'], thread: ['main'] };
  /** Variables as scenes put them in: every known one exists, most are empty. */
  const templates = {
    replace: (text = '', _vars?: object, format?: unknown) =>
      text.replace(/\$\{(\w+)(:\w+)?\}/g, (_all, name: string) => {
        const values = variables[name] ?? [];
        return typeof format === 'function' ? format(values, { multi: true }) : values.join();
      }),
  };
  const filtersOf = (own?: 'method') =>
    expandQuery({ refId: 'A', stackFilter: selectionFilter(own) }, templates, {}).stackFilter;

  it('hold only what is picked', () => {
    expect(filtersOf()).toEqual([
      { dimension: 'method', match: 'any', values: ['a', 'b'] },
      { dimension: 'method', match: 'any', values: ['c'], exclude: true },
      { dimension: 'thread', match: 'any', values: ['main'] },
    ]);
  });

  it('leave the table of a dimension whole, so that more can be picked', () => {
    expect(filtersOf('method')).toEqual([
      { dimension: 'method', match: 'any', values: ['c'], exclude: true },
      { dimension: 'thread', match: 'any', values: ['main'] },
    ]);
  });
});

describe('the type that a profile opens with', () => {
  const type = (id: string, name: string, total: number) => ({ id, name, unit: 'ns' as const, total, samples: 1 });
  const profileTypes = [
    type('gpu-time', 'GPU Time', 0),
    type('cpu-time', 'CPU Time', 5),
    type('wall-time', 'Wall Time', 9),
  ];

  it.each([
    ['wall-time', 'wall-time'],
    ['Wall Time', 'wall-time'],
    ['gpu-time', 'gpu-time'],
    ['heap-live-size', 'cpu-time'],
    [null, 'cpu-time'],
  ])('wanted %p: %s', (wanted, found) => {
    expect(pickType({ profileTypes }, wanted)).toBe(found);
  });

  it('is none when there is none', () => {
    expect(pickType({ profileTypes: [] }, null)).toBe('');
  });
});
