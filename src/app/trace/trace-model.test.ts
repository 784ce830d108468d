import { createDataFrame } from '@grafana/data';
import { mostSpanIds, readTrace, withDescendants } from './trace-model';

const frame = (spans: Array<[id: string, parent: string | null, startMs: number, durationMs?: number]>) =>
  createDataFrame({
    fields: [
      { name: 'traceID', values: spans.map(() => 'abc') },
      { name: 'spanID', values: spans.map(([id]) => id) },
      { name: 'parentSpanID', values: spans.map(([, parent]) => parent) },
      { name: 'serviceName', values: spans.map(() => 'shop') },
      { name: 'operationName', values: spans.map(([id]) => `op ${id}`) },
      { name: 'startTime', values: spans.map(([, , start]) => start) },
      { name: 'duration', values: spans.map(([, , , duration = 1]) => duration) },
    ],
  });
const shown = (...spans: Parameters<typeof frame>[0]) => {
  const trace = readTrace(frame(spans));
  return trace?.spans.map(({ id }, at) => `${trace.level[at]} ${id.replace(/^0+/, '')}`);
};

it('puts spans under their parents, siblings by their start', () => {
  expect(shown(['c', 'a', 3], ['b', 'a', 2], ['d', 'b', 4], ['a', '', 1, 10])).toEqual(['0 a', '1 b', '2 d', '1 c']);
});

it('keeps every span once: without a known parent, under itself, in a circle', () => {
  expect(shown(['a', 'e', 1], ['b', 'b', 2], ['c', 'd', 3], ['d', 'c', 4], ['f', null, 5])).toEqual([
    '0 a',
    '0 b',
    '0 f',
    '0 c',
    '1 d',
  ]);
});

it('writes ids with 16 digits, and spans the whole time', () => {
  const trace = readTrace(
    frame([
      ['A1', '', 10, 5],
      ['b2', 'a1', 11, 20],
    ])
  );
  expect(trace).toMatchObject({ id: 'abc', startMs: 10, endMs: 31 });
  expect(trace?.spans[0].id).toBe('00000000000000a1');
});

it('lists a span with everything below it', () => {
  const trace = readTrace(
    frame([
      ['a', '', 1],
      ['b', 'a', 2],
      ['c', 'b', 3],
      ['d', 'a', 4],
      ['e', '', 5],
    ])
  )!;
  const below = (id: string) => withDescendants(trace, id.padStart(16, '0')).map((one) => one.replace(/^0+/, ''));
  expect([below('a'), below('b'), below('e'), below('f')]).toEqual([['a', 'b', 'c', 'd'], ['b', 'c'], ['e'], ['f']]);
});

it('asks for no more spans than the store takes, the longest, and for none of other services', () => {
  const span = (id: string, service: string, durationMs: number, parentId = 'a') => ({
    id,
    service,
    durationMs,
    parentId,
    name: id,
    startMs: 0,
  });
  const children = Array.from({ length: mostSpanIds }, (_, i) => span(`s${i}`, 'shop', i + 1));
  const spans = [span('a', 'shop', 1, ''), span('x', 'bank', 99), ...children];
  const asked = withDescendants(
    { id: 't', spans, level: spans.map((_, i) => Math.min(i, 1)), startMs: 0, endMs: 1 },
    'a'
  );
  expect(asked).toHaveLength(mostSpanIds);
  expect(asked.slice(0, 2)).toEqual(['a', `s${mostSpanIds - 1}`]);
  expect(asked).not.toContain('x');
  expect(asked).not.toContain('s0');
});

it('is nothing without spans', () => {
  expect(readTrace(undefined)).toBeUndefined();
  expect(readTrace(frame([]))).toBeUndefined();
  expect(readTrace(createDataFrame({ fields: [{ name: 'x', values: [1] }] }))).toBeUndefined();
});
