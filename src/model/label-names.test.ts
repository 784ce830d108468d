import { isNumberedTask, isOwnSampleLabel, parseSpanIdCodes, parseTraceId, sampleLabelRole } from './label-names';

describe('sampleLabelRole', () => {
  it.each([
    ['thread name', 'threadName'],
    ['thread_name', 'threadName'],
    ['thread.name', 'threadName'],
    ['Thread Name', 'threadName'],
    ['thread id', 'threadId'],
    ['span id', 'spanId'],
    ['span_id', 'spanId'],
    ['profile_id', 'spanId'],
    ['local root span id', 'rootSpanId'],
    ['trace endpoint', 'endpoint'],
    ['trace_id', 'traceId'],
    ['exception type', 'exceptionType'],
    ['lock name', 'lockName'],
    ['allocation class', 'allocatedClass'],
    ['class name', 'className'],
    ['end_timestamp_ns', 'time'],
    ['route', undefined],
    ['constructor', undefined],
    ['__proto__', undefined],
  ])('%s', (key, role) => {
    expect(sampleLabelRole(key)?.role).toBe(role);
  });

  it('ranks the more telling key first', () => {
    expect(sampleLabelRole('thread id')?.rank).toBeLessThan(sampleLabelRole('os thread id')?.rank ?? 0);
    expect(sampleLabelRole('trace endpoint')?.rank).toBeLessThan(sampleLabelRole('span_name')?.rank ?? 0);
  });
});

it.each([
  ['customer', true],
  ['Customer.Id', true],
  ['task name', true],
  ['constructor', true],
  ['thread_name', false],
  ['end_timestamp_ns', false],
  ['trace type', false],
  ['task.id', false],
  [' ', false],
])('knows whether %j is a label of the program', (key, own) => {
  expect(isOwnSampleLabel(key)).toBe(own);
});

it('tells tasks that have a name from numbered ones', () => {
  expect(isNumberedTask('task name', 'Task-12')).toBe(true);
  expect(isNumberedTask('task name', 'Task-12b')).toBe(false);
  expect(isNumberedTask('customer', 'Task-12')).toBe(false);
});

function parseSpanId(text: string, decimal: boolean): bigint | undefined {
  const words = Uint32Array.of(7, 7, 7, 7);
  const codes = new TextEncoder().encode(`<${text}>`);
  const parsed = parseSpanIdCodes(codes, 1, codes.length - 1, decimal, words, 1);
  expect([words[0], words[3]]).toEqual([7, 7]);
  const id = (BigInt(words[2]) << 32n) | BigInt(words[1]);
  return parsed ? id : id === 0n ? undefined : -1n;
}

describe('parseSpanIdCodes', () => {
  it.each([
    ['10024748461221672726', true, 10024748461221672726n],
    ['-1', true, 18446744073709551615n],
    ['8b2e5f0c1d3a4b5c', false, 0x8b2e5f0c1d3a4b5cn],
    ['8b2e5f0c1d3a4b5c', true, 0x8b2e5f0c1d3a4b5cn],
    ['1234567890123456', true, 1234567890123456n],
    ['1234567890123456', false, 0x1234567890123456n],
    ['0', true, 0n],
    ['18446744073709551616', true, undefined],
    ['-9223372036854775808', true, 1n << 63n],
    ['-9223372036854775809', true, undefined],
    ['-4294967296', true, 0xffffffff00000000n],
    ['8B2E5F0C1D3A4B5C', false, 0x8b2e5f0c1d3a4b5cn],
    ['8b2e5f0c1d3a4b5', false, undefined],
    ['8b2e5f0c1d3a4b5g', false, undefined],
    ['8b2e5f0c1d3a4b:c', false, undefined],
    ['99999999999999999999', true, undefined],
    ['--1', true, undefined],
    ['-', true, undefined],
    ['undefined', true, undefined],
    ['', true, undefined],
  ])('%s, decimal: %s', (text, decimal, id) => {
    expect(parseSpanId(text, decimal)).toBe(id);
  });
});

describe('parseTraceId', () => {
  it('splits 128 bits in two halves', () => {
    expect(parseTraceId('0000000000000001ffffffffffffffff')).toEqual({ high: 1n, low: 0xffffffffffffffffn });
    expect(parseTraceId('ff')).toEqual({ high: 0n, low: 255n });
    expect(parseTraceId('xyz')).toBeUndefined();
    expect(parseTraceId('0'.repeat(33))).toBeUndefined();
  });
});
