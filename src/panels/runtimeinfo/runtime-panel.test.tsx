import { fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';
import { panelProps, testFrame } from '../../ui/panel-test-props';
import { defaultOptions } from './options';
import { RuntimeInfoPanel } from './runtime-panel';

const base = {
  group: ['Process', 'Process', 'Flags'],
  key: ['pid', 'command', 'MaxHeapSize'],
  value: ['1', '<script>alert(1)</script>', '256m'],
};
const other = ['2', '<script>alert(1)</script>', '512m'];
const texts = () =>
  screen
    .getAllByRole('row')
    .slice(1)
    .map((row) => row.textContent);
const show = (fields: Record<string, unknown[]>, options = defaultOptions) =>
  render(<RuntimeInfoPanel {...panelProps(options, [testFrame(fields)])} />);

it('shows keys and values under their groups', () => {
  show(base);
  expect(texts()).toEqual(['Process', 'pid1', 'command<script>alert(1)</script>', 'Flags', 'MaxHeapSize256m']);
});

it('filters by key, value or group', async () => {
  show(base);
  await userEvent.type(screen.getByRole('textbox'), 'heap');
  expect(texts()).toEqual(['Flags', 'MaxHeapSize256m']);
});

it('puts two profiles side by side and shows only what differs on demand', () => {
  show({
    ...base,
    key: ['command', 'pid', 'MaxHeapSize'],
    value: [base.value[1], '1', '256m'],
    other: [other[1], '2', '512m'],
  });
  expect(texts()[1]).toBe('pid12');
  expect(texts()).toHaveLength(5);
  fireEvent.click(screen.getByRole('checkbox'));
  expect(texts()).toEqual(['Process', 'pid12', 'Flags', 'MaxHeapSize256m512m']);
});

it('says so when nothing differs', () => {
  show({ ...base, other: base.value }, { onlyDifferences: true });
  expect(screen.getByText('Both profiles say the same.')).toBeInTheDocument();
});
