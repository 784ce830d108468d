import { FieldType, dateTime, toDataFrame } from '@grafana/data';
import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { useState } from 'react';
import { type StoreQuery } from '../../api/query';
import { type StoreClient } from '../store-client';
import { DurationFilter } from './duration-filter';
import { ListArea } from './list-area';
import { type ExplorerAnswer } from './load';
import { type ExplorerState, defaultState } from './url-state';

// Real parts of Grafana are slow in jsdom.
jest.setTimeout(120_000);

beforeAll(() => {
  // The list draws only rows that have a size, which jsdom gives to nothing.
  const box = { width: 900, height: 300, top: 0, left: 0, bottom: 300, right: 900, x: 0, y: 0, toJSON: () => ({}) };
  jest.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(box);
  const canvas = { measureText: (text: string) => ({ width: text.length * 8 }) };
  HTMLCanvasElement.prototype.getContext = (() => canvas) as never;
  for (const size of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
    Object.defineProperty(HTMLElement.prototype, size, { configurable: true, value: 300 });
  }
});

const list = toDataFrame({
  refId: 'list',
  meta: { custom: { total: 2 } },
  fields: [
    { name: 'time', type: FieldType.time, values: [60_000, 0] },
    { name: 'id', type: FieldType.string, values: ['new', 'old'] },
    { name: 'service', type: FieldType.string, values: ['shop', 'cart'] },
    { name: 'duration', type: FieldType.number, values: [60e9, 5e9], config: { unit: 'ns' } },
  ],
});
const range = { from: dateTime(0), to: dateTime(120_000), raw: { from: 'now-2m', to: 'now' } };
const answer: ExplorerAnswer = { list, total: 2, histogram: [], facets: new Map(), errors: new Map(), range };

/** Answers as the store does: five profiles by now, the shortest and the longest by the order that is asked for. */
const store: StoreClient = {
  uid: 'hotspan',
  name: 'Hotspan',
  resource: () => Promise.reject(new Error('not asked here')),
  query: async (queries: StoreQuery[]) => ({
    errors: new Map(),
    frames: new Map(
      queries.map(({ refId, sort = '' }) => {
        const durations = sort.startsWith('-duration') ? [60e9] : [5e9];
        const fields = [{ name: 'duration', type: FieldType.number, values: durations }];
        return [refId, [toDataFrame({ refId, meta: { custom: { total: 5 } }, fields })]];
      })
    ),
  }),
};

type Change = (part: Partial<ExplorerState>) => void;

function show(start: Partial<ExplorerState>, draw: (state: ExplorerState, change: Change) => React.ReactNode) {
  let last: ExplorerState = { ...defaultState, ...start };
  const changed = (part: Partial<ExplorerState>) => (last = { ...last, ...part });
  const Holder = () => {
    const [state, setState] = useState(last);
    return draw(state, (part) => setState(changed(part)));
  };
  render(<Holder />);
  return { last: () => last, user: userEvent.setup({ delay: null }) };
}

const showList = (start: Partial<ExplorerState>, onReload = () => {}) =>
  show(start, (state, change) => <ListArea {...{ store, state, change, answer, range, onReload }} loading={false} />);

const rows = () =>
  within(screen.getByRole('table', { name: 'Profiles' }))
    .getAllByRole('row')
    .slice(1);

it('ticks rows by mouse and keyboard; the older one of two is the left side', async () => {
  const { last, user } = showList({});
  await user.click(within(rows()[0]).getByRole('checkbox'));
  expect(last()).toEqual({ ...defaultState, picks: ['new'] });
  rows()[1].focus();
  await user.keyboard(' ');
  expect(last().picks).toEqual(['new', 'old']);
  const href = (name: string) => screen.getByRole('link', { name }).getAttribute('href');
  expect(href('Compare')).toBe('/a/hotspan-profiling-app/compare?ds=hotspan&left=old&right=new');
  expect(href('Merge')).toBe('/a/hotspan-profiling-app/merge?ds=hotspan&id=new&id=old');
  await user.keyboard('{ArrowUp}{Enter}');
  expect(last().open).toBe('new');
  await user.click(screen.getByRole('button', { name: 'Untick all' }));
  expect(last().picks).toEqual([]);
});

it('counts what has come since, and shows it when asked', async () => {
  const reload = jest.fn();
  const { user } = showList({ live: true }, reload);
  await user.click(await screen.findByRole('button', { name: '3 new' }, { timeout: 60_000 }));
  expect(reload).toHaveBeenCalled();
});

it('narrows by duration, in the search', async () => {
  const { last, user } = show({ text: 'fast' }, (state, change) => (
    <DurationFilter store={store} range={range} state={state} onText={(text) => change({ text })} />
  ));
  expect(await screen.findByRole('slider', { name: 'Shortest duration' })).toHaveAttribute('aria-valuetext', '5s');
  const longest = screen.getByRole('textbox', { name: 'Longest' });
  expect(longest).toHaveAttribute('placeholder', '1min');
  await user.type(longest, '30{Enter}');
  expect(last().text).toBe('fast AND duration:<=30s');
  await user.clear(screen.getByRole('textbox', { name: 'Longest' }));
  await user.type(screen.getByRole('textbox', { name: 'Longest' }), 'soon{Enter}');
  expect(last().text).toBe('fast AND duration:<=30s');
  await user.click(screen.getByRole('button', { name: 'All' }));
  expect(last().text).toBe('fast');
});
