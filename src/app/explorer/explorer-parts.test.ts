import { FieldType, dateTime, toDataFrame } from '@grafana/data';
import { listCsv } from './export-csv';
import { withFiltered } from './facet-sidebar';
import { toBars } from './histogram';
import { explorerQueries } from './load';
import { listColumns } from './table-columns';
import { movedRange, toTimeRange } from './time-range';
import { defaultState } from './url-state';

const list = toDataFrame({
  fields: [
    { name: 'time', type: FieldType.time, values: [0, 60_000] },
    { name: 'id', type: FieldType.string, values: ['id-1', 'id-2'] },
    { name: 'service', type: FieldType.string, values: ['=shop', 'cart'] },
    { name: 'duration', type: FieldType.number, values: [60e9, 5.08e9], config: { unit: 'ns' } },
    { name: 'size', type: FieldType.number, values: [2048, null], config: { unit: 'bytes' } },
    { name: 'total cpu-time', type: FieldType.number, values: [1.5e9, 0], config: { unit: 'ns' } },
  ],
});

describe('the list', () => {
  const columns = listColumns(list, ['total cpu-time', 'gone']);

  it('has the default columns, with the asked ones before the sizes', () => {
    expect(columns.map(({ name }) => name)).toEqual(['time', 'service', 'duration', 'total cpu-time', 'size']);
  });

  it('shows the status where an upload could not be read', () => {
    const status = (...values: string[]) =>
      listColumns(toDataFrame({ fields: [{ name: 'status', type: FieldType.string, values }] }), []);
    expect(status('ok', 'ok')).toEqual([]);
    expect(status('ok', 'unreadable')).toHaveLength(1);
  });

  it('shows values with their units', () => {
    const shown = columns.map(({ values, format }) => values.map(format));
    expect(shown).toEqual([
      ['1970-01-01 00:00:00', '1970-01-01 00:01:00'],
      ['=shop', 'cart'],
      ['1.00 min', '5.08 s'],
      ['1.50 s', '0 ns'],
      ['2.00 KiB', ''],
    ]);
  });

  it('exports exact numbers, ids and ISO times, and no formula', () => {
    expect(listCsv(list, columns).split('\r\n')).toEqual([
      'id,time,service,duration,total cpu-time,size',
      "id-1,1970-01-01T00:00:00Z,'=shop,60000000000,1500000000,2048",
      'id-2,1970-01-01T00:01:00Z,cart,5080000000,0,',
      '',
    ]);
  });
});

describe('what the explorer asks', () => {
  it('asks list, chart and sidebar about the same profiles', () => {
    const state = {
      ...defaultState,
      text: 'a OR b',
      filters: [{ key: 'env', values: ['prod'], exclude: false }],
      columns: ['total cpu-time'],
      facets: ['region', 'env'],
      sort: { by: 'duration', descending: true },
      spans: ['00f067aa0ba902b7'],
    };
    const filter = 'env:"prod" AND (a OR b)';
    const spanId = ['00f067aa0ba902b7'];
    expect(explorerQueries(state, 500)).toEqual([
      {
        refId: 'list',
        queryType: 'profiles',
        filter,
        spanId,
        limit: 500,
        sort: '-duration',
        columns: ['total cpu-time'],
      },
      { refId: 'chart', queryType: 'histogram', filter, spanId, by: 'service' },
      {
        refId: 'facets',
        queryType: 'facets',
        filter,
        spanId,
        names: ['service', 'host', 'version', 'language', 'region'],
      },
      { refId: 'facets env', queryType: 'facets', filter: 'a OR b', spanId, names: ['env'] },
    ]);
  });
});

describe('the chart', () => {
  it('stacks series by time, a missing point counts nothing', () => {
    const series = [
      { name: 'a', times: [0, 10], counts: [1, 2] },
      { name: 'b', times: [10, 20], counts: [4, 8] },
    ];
    expect(toBars(series)).toEqual([
      { time: 0, counts: [1, 0], total: 1 },
      { time: 10, counts: [2, 4], total: 6 },
      { time: 20, counts: [0, 8], total: 8 },
    ]);
  });
});

describe('the sidebar', () => {
  it('keeps values that a filter has made vanish', () => {
    const filters = [{ key: 'env', values: ['dev', 'prod'], exclude: true }];
    expect(withFiltered([{ value: 'prod', count: 3 }], filters, 'env')).toEqual([
      { value: 'prod', count: 3 },
      { value: 'dev', count: 0 },
    ]);
  });
});

describe('time ranges', () => {
  it('reads epoch milliseconds and relative texts', () => {
    expect(toTimeRange('1000', '61000').to.valueOf()).toBe(61_000);
    // Both ends look at the clock; a millisecond may pass between them.
    jest.useFakeTimers({ now: Date.UTC(2026, 10, 25) });
    const { from, to, raw } = toTimeRange('now-15m', 'now');
    jest.useRealTimers();
    expect(to.valueOf() - from.valueOf()).toBe(15 * 60_000);
    expect(raw).toEqual({ from: 'now-15m', to: 'now' });
  });

  it('moves by half its length and zooms around its middle', () => {
    const range = { from: dateTime(1000), to: dateTime(3000), raw: { from: '', to: '' } };
    expect(movedRange(range, -1)).toEqual({ from: '0', to: '2000' });
    expect(movedRange(range, 1)).toEqual({ from: '2000', to: '4000' });
    expect(movedRange(range, 0, 2)).toEqual({ from: '0', to: '4000' });
  });
});
