import { CoreApp, type DataQueryRequest, LoadingState } from '@grafana/data';
import { config, locationService, setDataSourceSrv } from '@grafana/runtime';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { dashboardWith, panelProps, testFrame } from '../../ui/panel-test-props';
import { tableText } from '../../ui/table-copy';
import { dimensionRows, dimensionTable, readDimensionFrame } from './dimension-data';
import { DimensionsPanel } from './dimensions-panel';
import { defaultOptions } from './options';

function dimensionFrame(names = ['json.decode', 'db.query', '<b>x</b>'], dimension = 'method') {
  const rows = names.map((_, i) => i);
  const frame = testFrame(
    {
      name: names,
      self: rows.map((i) => (3 - i) * 1e6),
      total: rows.map((i) => (i + 3) * 1e6),
      selfShare: rows.map((i) => (3 - i) / 10),
      totalShare: rows.map((i) => (i + 3) / 10),
      samples: rows.map((i) => 100 + i),
    },
    { meta: { custom: { dimension } } }
  );
  frame.fields[1].config = { unit: 'ns' };
  return frame;
}

const props = (frame = dimensionFrame(), more = {}) =>
  panelProps(defaultOptions, [frame], { replaceVariables: dashboardWith('method'), ...more });
const rows = () => screen.getAllByRole('row').slice(1);
const names = () => rows().map((row) => within(row).getAllByRole('gridcell')[0].textContent);
const row = (name: string) => rows().find((one) => one.textContent?.includes(name))!;
const variable = () => locationService.getSearch().getAll('var-method');

beforeEach(() => locationService.push('/d/x'));

it('lists rows with values and shares, largest self first, and sorts by any header', () => {
  render(<DimensionsPanel {...props()} />);
  expect(names()).toEqual(['json.decode', 'db.query', '<b>x</b>']);
  expect(row('json.decode')).toHaveTextContent('json.decode3.00 ms30.0 %3.00 ms30.0 %100');
  fireEvent.click(screen.getByRole('button', { name: 'Total' }));
  expect(names()[0]).toBe('<b>x</b>');
  fireEvent.click(screen.getByRole('button', { name: 'Method' }));
  expect(names()).toEqual(['<b>x</b>', 'db.query', 'json.decode']);
});

it('has one value where samples are grouped, and says that labels of a sample add up', () => {
  render(<DimensionsPanel {...props(dimensionFrame(['customer=acme', 'route=GET /orders'], 'sampleLabel'))} />);
  expect(row('customer=acme')).toHaveTextContent('customer=acme3.00 ms30.0 %100');
  expect(screen.queryByRole('button', { name: 'Total' })).toBeNull();
  expect(screen.getByRole('button', { name: 'Sample label' })).toHaveAttribute(
    'title',
    expect.stringContaining('several')
  );
});

it('keeps a clicked row, adds more, takes a clicked one out; none = all', () => {
  render(<DimensionsPanel {...props()} />);
  fireEvent.click(row('db.query'));
  expect(variable()).toEqual(['db.query']);
  expect(row('db.query')).toHaveAttribute('aria-selected', 'true');
  fireEvent.click(row('json.decode'));
  expect(variable()).toEqual(['db.query', 'json.decode']);
  fireEvent.click(row('db.query'));
  fireEvent.click(row('json.decode'));
  expect(variable()).toEqual(['$__all']);
});

it('follows the variable when something else sets it, and shows picked names that the frame lacks', () => {
  render(<DimensionsPanel {...props()} />);
  act(() => locationService.partial({ 'var-method': ['gone.away'] }, true));
  expect(names()).toEqual(['gone.away', 'json.decode', 'db.query', '<b>x</b>']);
  expect(row('gone.away')).toHaveAttribute('aria-selected', 'true');
});

it('picks by keyboard and restores all with Escape', () => {
  render(<DimensionsPanel {...props()} />);
  const grid = screen.getByRole('grid');
  fireEvent.keyDown(grid, { key: 'ArrowDown' });
  fireEvent.keyDown(grid, { key: 'ArrowDown' });
  fireEvent.keyDown(grid, { key: 'Enter' });
  expect(variable()).toEqual(['db.query']);
  fireEvent.keyDown(grid, { key: 'Escape' });
  expect(variable()).toEqual(['$__all']);
});

it('keeps the selection to itself where no variable listens', () => {
  render(<DimensionsPanel {...props(dimensionFrame(), { replaceVariables: dashboardWith() })} />);
  fireEvent.click(row('db.query'));
  expect(variable()).toEqual([]);
  expect(row('db.query')).toHaveAttribute('aria-selected', 'true');
});

it('offers Exclude where the dashboard has its variable', () => {
  const { rerender } = render(<DimensionsPanel {...props()} />);
  expect(within(row('db.query')).queryByLabelText('Exclude')).toBeNull();
  rerender(
    <DimensionsPanel {...props(dimensionFrame(), { replaceVariables: dashboardWith('method', 'exclude_method') })} />
  );
  fireEvent.click(within(row('db.query')).getByLabelText('Exclude'));
  expect(locationService.getSearch().getAll('var-exclude_method')).toEqual(['db.query']);
  expect(variable()).toEqual([]);
});

it('searches', async () => {
  render(<DimensionsPanel {...props()} />);
  await userEvent.type(screen.getByRole('textbox'), 'query');
  expect(names()).toEqual(['db.query']);
  await userEvent.keyboard('zzz');
  expect(screen.getByText('Nothing matches “queryzzz”.')).toBeInTheDocument();
});

it('keeps only rows in view in the page', () => {
  render(<DimensionsPanel {...props(dimensionFrame(Array.from({ length: 10_000 }, (_, i) => `method${i}`)))} />);
  expect(rows().length).toBeGreaterThan(10);
  expect(rows().length).toBeLessThan(60);
});

it('copies every digit, and nothing that a spreadsheet takes for a formula', () => {
  const data = readDimensionFrame(dimensionFrame(['=cmd()', 'a\tb']));
  const { header, rows: cells } = dimensionTable(data, 'Method', dimensionRows(data, new Set()));
  expect(tableText('tsv', header, cells)).toBe(
    "Method\tself (ns)\ttotal (ns)\tselfShare\ttotalShare\tsamples\n'=cmd()\t3000000\t3000000\t0.3\t0.3\t100\n" +
      'a b\t2000000\t4000000\t0.2\t0.4\t101\n'
  );
  expect(tableText('csv', header, cells)).toContain('a\tb,2000000');
});

describe('alert from a row', () => {
  const target = {
    refId: 'A',
    datasource: { uid: '${ds}', type: 'hotspan-profiling-datasource' },
    selector: '{service="$service"}',
    stackFilter: [
      { dimension: 'method', match: 'any', values: ['db.query'] },
      { dimension: 'thread', match: 'any', values: ['main'] },
      { dimension: 'endpoint', match: 'any', values: [''] },
    ],
  };
  const request = { targets: [target], dashboardUID: 'over', app: CoreApp.Dashboard } as unknown as DataQueryRequest;
  const shown = () => {
    const { data } = props();
    return { ...props(), data: { ...data, request, state: LoadingState.Done } };
  };

  beforeEach(() => {
    config.unifiedAlertingEnabled = true;
    config.bootData = { user: { permissions: { 'alert.rules:create': true } } } as never;
    const interpolateVariablesInQueries = () => [{ ...target, selector: '{service="shop"}' }];
    setDataSourceSrv({ get: () => Promise.resolve({ uid: 'hotspan', interpolateVariablesInQueries }) } as never);
  });

  it('opens the form with the row asked for by name, and the way back to this panel', async () => {
    render(<DimensionsPanel {...shown()} />);
    fireEvent.click(screen.getByRole('button', { name: 'Total' }));
    fireEvent.click(within(row('db.query')).getByLabelText('Create alert from this row'));
    await act(() => Promise.resolve());
    expect(locationService.getLocation().pathname).toBe('/alerting/new');
    const defaults = JSON.parse(locationService.getSearch().get('defaults')!);
    expect(defaults.queries[0].model).toMatchObject({
      selector: '{service="shop"}',
      stackFilter: [{ dimension: 'thread', match: 'any', values: ['main'] }],
      dimension: 'method',
      measure: 'totalShare',
      rows: ['db.query'],
      groupBy: ['service'],
    });
    expect(defaults.queries[2].model.conditions[0].evaluator).toEqual({ type: 'gt', params: [60] });
    const annotations = Object.fromEntries(
      defaults.annotations.map(({ key, value }: { key: string; value: string }) => [key, value])
    );
    expect(annotations).toMatchObject({ __dashboardUid__: 'over', __panelId__: '1' });
    expect(annotations.description).toContain('d/over?var-service={{ urlquery $labels.service }}&var-method={{');
  });

  it('is not offered to who may make no rules', () => {
    config.bootData = { user: { permissions: {} } } as never;
    render(<DimensionsPanel {...shown()} />);
    expect(screen.queryByLabelText('Create alert from this row')).toBeNull();
  });
});
