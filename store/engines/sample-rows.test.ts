import { decodeSampleRows } from './sample-rows';
import { encodeSampleRows } from './table-rows';

const longName = 'Faden-ä'.repeat(40);

const bytes = encodeSampleRows({
  tenant: 'default',
  service: 'shop',
  hourSeconds: 1_764_460_800,
  profile: 7n,
  retentionDays: 7,
  length: 4,
  profileTypes: ['cpu-time', 'größe'],
  profileType: [0, 0, 1, 1],
  threads: ['', longName],
  thread: [0, 1, 1, 0],
  stack: BigUint64Array.of(1n, 2n ** 64n - 1n, 2n ** 40n + 3n, 1n),
  context: [0, 4_000_000_000, 1, 2],
  value: [1, Number.MAX_SAFE_INTEGER, -5, -(2 ** 40) - 1],
  count: [1, 4_000_000_000, 2, 3],
});

it('reads what was encoded', () => {
  const rows = decodeSampleRows(bytes, ['cpu-time', 'größe', 'wall-time']);
  expect(rows.get('cpu-time')).toEqual({
    stack: BigUint64Array.of(1n, 2n ** 64n - 1n),
    thread: ['', longName],
    value: Float64Array.of(1, Number.MAX_SAFE_INTEGER),
    count: Float64Array.of(1, 4_000_000_000),
  });
  expect(rows.get('größe')).toEqual({
    stack: BigUint64Array.of(2n ** 40n + 3n, 1n),
    thread: [longName, ''],
    value: Float64Array.of(-5, -(2 ** 40) - 1),
    count: Float64Array.of(2, 3),
  });
  expect(rows.get('wall-time')?.stack).toHaveLength(0);
});

it('reads bytes that lie within others', () => {
  const around = new Uint8Array(bytes.length + 20);
  around.set(bytes, 9);
  const within = around.subarray(9, 9 + bytes.length);
  expect(decodeSampleRows(within, ['größe'])).toEqual(decodeSampleRows(bytes, ['größe']));
});
