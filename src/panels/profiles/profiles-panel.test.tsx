import { FieldType } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { fireEvent, render, screen, within } from '@testing-library/react';
import React from 'react';
import { panelProps, testFrame } from '../../ui/panel-test-props';
import { defaultOptions } from './options';
import { ProfilesPanel } from './profiles-panel';

function profilesFrame() {
  const frame = testFrame({
    time: [1_700_000_000_000, 1_700_000_060_000, 1_700_000_120_000],
    id: ['a', 'b', 'c'],
    service: ['shop', 'shop', '<i>x</i>'],
    duration: [60e9, 59.9e9, 0],
    size: [2048, 5 * 1024 * 1024, 7],
    status: ['ok', 'ok', 'unreadable: pprof ended at byte 7'],
  });
  frame.fields[0].type = FieldType.time;
  frame.fields[3].config = { unit: 'ns' };
  frame.fields[4].config = { unit: 'bytes' };
  return frame;
}

const rows = () => screen.getAllByRole('row').slice(1);

beforeEach(() => locationService.push('/d/x'));

it('lists profiles newest first, with times, durations and sizes as people read them', () => {
  render(<ProfilesPanel {...panelProps(defaultOptions, [profilesFrame()])} />);
  expect(rows().map((row) => row.textContent)).toEqual([
    '2023-11-14 22:15:20<i>x</i>0 ns7 B unreadable: pprof ended at byte 7',
    '2023-11-14 22:14:20shop59.9 s5.00 MiBok',
    '2023-11-14 22:13:20shop1.00 min2.00 KiBok',
  ]);
  fireEvent.click(screen.getByRole('button', { name: 'Size' }));
  expect(rows()[0]).toHaveTextContent('5.00 MiB');
});

it("opens the profile's page, by mouse and keyboard", () => {
  render(<ProfilesPanel {...panelProps(defaultOptions, [profilesFrame()])} />);
  fireEvent.click(rows()[1]);
  expect(locationService.getLocation().pathname).toBe('/a/hotspan-profiling-app/profile/b');
  fireEvent.keyDown(screen.getByRole('grid'), { key: 'ArrowUp' });
  fireEvent.keyDown(screen.getByRole('grid'), { key: 'Enter' });
  expect(locationService.getLocation().pathname).toBe('/a/hotspan-profiling-app/profile/c');
  expect(within(rows()[2]).getByRole('link', { hidden: true })).toHaveAttribute(
    'href',
    '/a/hotspan-profiling-app/profile/a'
  );
});

it('follows a configured data link instead', () => {
  const frame = profilesFrame();
  frame.fields[1].config = { links: [{ title: 'Mine', url: '/x' }] };
  frame.fields[1].getLinks = ({ valueRowIndex = 0 }) => [
    { title: 'Mine', href: `/mine/${valueRowIndex}`, target: '_self', origin: frame.fields[1] },
  ];
  render(<ProfilesPanel {...panelProps(defaultOptions, [frame])} />);
  fireEvent.click(rows()[0]);
  expect(locationService.getLocation().pathname).toBe('/mine/2');
});
