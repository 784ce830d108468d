import { defaultReaderLimits, type Profile } from '../../../src/model/profile';
import { type Element, field, recording, sized, text, type, varint } from '../../../tests/fuzz/hand-made-jfr';
import { readJfr } from './reader';

const pooled = { constantPool: 'true' };
const types: readonly Element[] = [
  type(1, 'long'),
  type(4, 'java.lang.String'),
  type(6, 'java.lang.Thread', field('javaName', 4)),
  type(10, 'jdk.types.StackTrace', field('truncated', 1), field('frames', 11, { dimension: '1' })),
  type(11, 'jdk.types.StackFrame', field('method', 12, pooled), field('lineNumber', 1), field('type', 13, pooled)),
  type(12, 'jdk.types.Method', field('type', 14, pooled), field('name', 15, pooled)),
  type(13, 'jdk.types.FrameType', field('description', 4)),
  type(14, 'java.lang.Class', field('name', 15, pooled)),
  type(15, 'jdk.types.Symbol', field('string', 4)),
  type(
    20,
    'jdk.ExecutionSample',
    field('startTime', 1),
    field('sampledThread', 6, pooled),
    field('stackTrace', 10, pooled)
  ),
];

type Entry = (key: number) => number[];

function pool(id: number, count: number, entry: Entry): number[] {
  return [id, ...varint(count), ...numbers(count).flatMap((key) => [...varint(key), ...entry(key)])];
}

/** Keys of a pool. */
function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}

/** As many stacks, frames, methods, classes, symbols and threads as samples, each its own. */
function manyOfEach(count: number): Uint8Array {
  const pools = [
    6,
    ...pool(10, count, (key) => [0, 1, ...varint(key), ...varint(key), 1]),
    ...pool(12, count, (key) => [...varint(key), ...varint(key)]),
    ...pool(13, 1, () => text('JIT compiled')),
    ...pool(14, count, (key) => varint(key)),
    ...pool(15, count, (key) => text(`s${key}`)),
    ...pool(6, count, (key) => text(`t${key}`)),
  ];
  const events = numbers(count).flatMap((key) => sized([20, ...varint(key), ...varint(key), ...varint(key)]));
  return recording({ types, events, pools });
}

/** Of each sample: its thread and its frames. */
function described({ stacks, samples, frames, contexts, strings }: Profile): string[] {
  return Array.from(samples.stack.subarray(0, samples.length), (stack, sample) => {
    const inStack = Array.from(stacks.frame.subarray(stacks.offset[stack], stacks.offset[stack + 1]));
    const names = inStack.map((frame) => `${strings[frames.method[frame]]}:${frames.line[frame]}`);
    return [strings[contexts.thread[samples.context[sample]]], ...names].join(' ');
  });
}

describe('pools of more entries than there is room for beforehand', () => {
  it.each([1 << 14, (1 << 14) + 1, (1 << 14) + 16, (1 << 15) + 3])('%i of each', (count) => {
    const profile = readJfr(manyOfEach(count), defaultReaderLimits);
    expect(profile.samples.length).toBe(count);
    expect(described(profile)).toEqual(numbers(count).map((key) => `t${key} s${key}.s${key}:${key}`));
  });
});
