import { CumulativeFiles } from './cumulative-files';
import type { CumulativeFile } from './cumulative-parts';

const minuteNs = 60_000_000_000n;
const ref = (offset: number) => ({ segment: '2026112412-00000.seg', offset, length: 1 });

function file(minute: number, key = 'heap'): CumulativeFile {
  const takenNs = 1_764_000_000_000_000_000n + BigInt(minute) * minuteNs;
  return { key, tenant: 't', service: 's', instance: 'i', name: 'heap.pprof', takenNs };
}

function files(more: { found?: number; nowMs?: () => number; maxFiles?: number } = {}) {
  const asked: number[] = [];
  const state = new CumulativeFiles({
    find: async ({ takenNs }) => {
      asked.push(Number(takenNs));
      return more.found === undefined ? undefined : ref(more.found);
    },
    now: more.nowMs,
    maxFiles: more.maxFiles,
  });
  return { state, asked };
}

it('finds the file before', async () => {
  const { state } = files();
  state.remember([file(0), file(0, 'mutex')], ref(1));
  state.remember([file(1)], ref(2));
  expect(await state.previousOf([file(2), file(2, 'mutex'), file(2, 'block')])).toEqual([ref(2), ref(1)]);
});

it('does not bridge a gap of more than ten minutes', async () => {
  const { state } = files();
  state.remember([file(0)], ref(1));
  expect(await state.previousOf([file(10)])).toEqual([ref(1)]);
  expect(await state.previousOf([file(11)])).toEqual([]);
});

it('looks among stored uploads for what was before its start', async () => {
  let nowMs = 0;
  const { state, asked } = files({ found: 7, nowMs: () => nowMs });
  expect(await state.previousOf([file(1)])).toEqual([ref(7)]);
  state.remember([file(5)], ref(9));
  nowMs = 600_000;
  expect(await state.previousOf([file(1, 'new')])).toEqual([]);
  expect(asked).toHaveLength(1);
});

it('compares one that comes late with none, as the newer one was with the one before both', async () => {
  const { state, asked } = files({ found: 7 });
  state.remember([file(0)], ref(1));
  expect(await state.previousOf([file(2)])).toEqual([ref(1)]);
  state.remember([file(2)], ref(2));
  expect(await state.previousOf([file(1)])).toEqual([]);
  expect(asked).toEqual([]);
});

it('keeps the newest file, whatever is stored last', async () => {
  const { state } = files();
  state.remember([file(4)], ref(4));
  state.remember([file(2)], ref(2));
  expect(await state.previousOf([file(5)])).toEqual([ref(4)]);
});

it('remembers so many', async () => {
  const { state } = files({ maxFiles: 2, nowMs: () => 0 });
  ['a', 'b', 'c'].forEach((key, at) => state.remember([file(0, key)], ref(at)));
  expect(await state.previousOf(['a', 'b', 'c'].map((key) => file(1, key)))).toEqual([ref(1), ref(2)]);
});

it('lets uploads of the same files wait for each other, and no others', async () => {
  const { state } = files();
  const order: string[] = [];
  let letGo = () => undefined as void;
  const first = state.inTurn([file(0), file(0, 'mutex')], async () => {
    await new Promise<void>((resolve) => (letGo = resolve));
    order.push('first');
  });
  const second = state.inTurn([file(1, 'mutex')], async () => order.push('second'));
  await state.inTurn([file(0, 'other')], async () => order.push('other'));
  letGo();
  await Promise.all([first, second]);
  expect(order).toEqual(['other', 'first', 'second']);
});

it('goes on after an upload that failed', async () => {
  const { state } = files();
  const failing = state.inTurn([file(0)], () => Promise.reject(new Error('disk full')));
  const next = state.inTurn([file(1)], async () => 'stored');
  await expect(failing).rejects.toThrow('disk full');
  expect(await next).toBe('stored');
});
