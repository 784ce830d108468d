import { render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React, { createRef, useState } from 'react';
import { SearchBar } from './search-bar';
import { type ExplorerState, defaultState } from './url-state';

// Real parts of Grafana are slow in jsdom.
jest.setTimeout(60_000);

/** The bar as the page holds it: what it changes comes back in. */
function show(start: Partial<ExplorerState> = {}) {
  let last: ExplorerState = { ...defaultState, ...start };
  const Holder = () => {
    const [state, setState] = useState(last);
    const onChange = (part: Partial<ExplorerState>) => {
      last = { ...last, ...part };
      setState(last);
    };
    return <SearchBar search={state} input={createRef()} onChange={onChange} />;
  };
  render(<Holder />);
  return { last: () => last, user: userEvent.setup({ delay: null }) };
}

const box = () => screen.getByRole('textbox', { name: 'Search profiles' });
const chips = () =>
  within(screen.getByRole('group', { name: 'Conditions' }))
    .getAllByRole('button', { name: /^Remove/ })
    .map((button) => button.getAttribute('aria-label'));

it('makes a chip of each condition that is written', async () => {
  const { last, user } = show();
  await user.type(box(), 'env:prod duration:>30s{Enter}');
  expect(box()).toHaveValue('');
  await user.type(box(), '-env:dev fast{Enter}');
  expect(chips()).toEqual(['Remove env is prod', 'Remove duration:>30s', 'Remove -env:dev', 'Remove fast']);
  expect(last()).toMatchObject({
    filters: [{ key: 'env', values: ['prod'], exclude: false }],
    text: 'duration:>30s AND -env:dev AND fast',
  });
  await user.click(screen.getByRole('button', { name: 'Remove -env:dev' }));
  expect(last().text).toBe('duration:>30s AND fast');
  await user.click(box());
  await user.keyboard('{Backspace}');
  expect(box()).toHaveValue('fast');
  expect(last().text).toBe('duration:>30s');
});

it('shows all of it as one text, and takes that apart again', async () => {
  const { last, user } = show({ filters: [{ key: 'env', values: ['prod'], exclude: false }], text: 'a OR b' });
  await user.click(screen.getByLabelText('Text'));
  expect(last().asText).toBe(true);
  expect(box()).toHaveValue('env:"prod" AND (a OR b)');
  expect(screen.queryByRole('group', { name: 'Conditions' })).toBeNull();
  await user.clear(box());
  await user.type(box(), 'env:dev AND c{Enter}');
  expect(last()).toMatchObject({ filters: [{ key: 'env', values: ['dev'], exclude: false }], text: 'c' });
  await user.click(screen.getByLabelText('Chips'));
  expect(chips()).toEqual(['Remove env is dev', 'Remove c']);
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(last()).toMatchObject({ filters: [], text: '', spans: [] });
});

it('says why a text is no search, and keeps it out', async () => {
  const { last, user } = show();
  await user.type(box(), '(a{Enter}');
  expect(screen.getByText(/this bracket is never closed/)).toBeInTheDocument();
  expect(last().text).toBe('');
});

it('takes a text that a link brought and that is none away as a whole', async () => {
  const { last, user } = show({ text: '(a' });
  await user.click(screen.getByRole('button', { name: 'Remove (a' }));
  expect(last().text).toBe('');
});
