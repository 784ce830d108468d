import { defaultReaderLimits, type Profile } from '../../../src/model/profile';
import { field, recording, sized, text, type } from '../../../tests/fuzz/hand-made-jfr';
import { jfrCorpus } from '../../../tests/oracle/jfr';
import { readJfr } from './reader';

/** So that a later change shows. */
function copyOf(profile: Profile): Profile {
  return structuredClone(profile);
}

const read = (bytes: Uint8Array) => readJfr(bytes, defaultReaderLimits);

describe('what readings remember', () => {
  const files = jfrCorpus().filter(({ rows, bytes }) => rows.length > 0 && bytes.length < 400_000);

  it('gives the same in any order, also after broken files', () => {
    const first = files.map(({ bytes }) => copyOf(read(bytes)));
    for (const { bytes } of files) {
      expect(() => read(bytes.subarray(0, bytes.length - 1))).toThrow();
    }
    const again = files.toReversed().map(({ bytes }) => copyOf(read(bytes)));
    expect(again.toReversed()).toEqual(first);
  });

  it('is not taken for other metadata of the same length', () => {
    const [{ bytes }] = files;
    const before = copyOf(read(bytes));
    const other = renamed(bytes, 'stackTrace', 'stackTracf');
    expect(read(other).stacks.length).toBeLessThan(before.stacks.length);
    expect(copyOf(read(bytes))).toEqual(before);
  });
});

describe('texts that are reached by references', () => {
  const pooled = { constantPool: 'true' };
  const types = [
    type(2, 'java.lang.String'),
    type(5, 'java.lang.Class', field('name', 6, pooled)),
    type(6, 'jdk.types.Symbol', field('string', 2)),
    type(11, 'java.lang.Thread', field('javaName', 12, pooled), field('osName', 5, pooled)),
    type(12, 'jdk.types.Method', field('name', 13, pooled)),
    type(13, 'jdk.types.OldObject', field('type', 5, pooled)),
    type(20, 'jdk.ExecutionSample', field('sampledThread', 11, pooled)),
  ];

  it('are found from near also when they were too far from where they were asked for before', () => {
    const symbol = [6, 1, 1, 2, 1];
    const references = [5, 12, 13].flatMap((id) => [id, 1, 1, 1]);
    const pools = [6, 2, 1, 1, ...text('far away'), ...symbol, ...references, 11, 1, 1, 1, 1];
    const { contexts, strings, samples } = read(recording({ types, pools, events: sized([20, 1]) }));
    expect(strings[contexts.thread[samples.context[0]]]).toBe('far away');
  });
});

/** The file with another text of the same length, wherever it stands. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(from, to);
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
