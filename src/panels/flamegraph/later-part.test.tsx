import { setAppEvents } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import React from 'react';
import { laterPart } from './later-part';

const part = { Word: () => <b>loaded</b> };

function User({ of, onFailure }: { of: ReturnType<typeof laterPart<typeof part>>; onFailure?: () => void }) {
  const loaded = of.use(onFailure);
  return loaded ? <loaded.Word /> : null;
}

it('is loaded when it is first used, for all who use it', async () => {
  let loads = 0;
  const later = laterPart(async () => (loads++, part));
  render(
    <>
      <User of={later} />
      <User of={later} />
    </>
  );
  expect(screen.queryByText('loaded')).toBeNull();
  expect(await screen.findAllByText('loaded')).toHaveLength(2);
  expect(loads).toBe(1);
});

it('is rendered at once when it was loaded before', async () => {
  const later = laterPart(async () => part);
  await later.load();
  render(<User of={later} />);
  expect(screen.getByText('loaded')).toBeInTheDocument();
});

it('tells every failure to who asked, and just the first of what nobody clicks for', async () => {
  let told = 0;
  setAppEvents({ publish: () => told++ } as never);
  const failing = () => Promise.reject(new Error('No answer.'));
  const counts: number[] = [];
  for (const asked of [true, false]) {
    const later = laterPart<typeof part>(failing);
    told = 0;
    let closed = 0;
    for (const _time of [1, 2]) {
      const { unmount } = render(<User of={later} onFailure={asked ? () => closed++ : undefined} />);
      await expect(later.load()).rejects.toThrow('No answer.');
      unmount();
    }
    counts.push(told, closed);
  }
  expect(counts).toEqual([2, 2, 1, 0]);
});

it('tells a failure and is asked for again by the next who uses it', async () => {
  const told: unknown[] = [];
  setAppEvents({ publish: ({ payload }: { payload: unknown }) => told.push(payload) } as never);
  let fails = true;
  const later = laterPart(async () => {
    if (fails) {
      throw new Error('No answer.');
    }
    return part;
  });
  const { unmount } = render(<User of={later} />);
  await expect(later.load()).rejects.toThrow('No answer.');
  expect(told).toEqual([['A part of the flame graph could not be loaded', expect.stringContaining('No answer.')]]);
  unmount();
  fails = false;
  render(<User of={later} />);
  expect(await screen.findByText('loaded')).toBeInTheDocument();
});
