import { defaultReaderLimits, type Profile } from '../../../src/model/profile';
import { jfrCorpus } from '../../../tests/oracle/jfr';
import { readJfr } from './reader';

/** So that a later change shows. */
function copyOf(profile: Profile): Profile {
  return structuredClone(profile);
}

describe('what readings remember', () => {
  const files = jfrCorpus().filter(({ rows, bytes }) => rows.length > 0 && bytes.length < 400_000);
  const read = (bytes: Uint8Array) => readJfr(bytes, defaultReaderLimits);

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

/** The file with another text of the same length, wherever it stands. */
function renamed(bytes: Uint8Array, from: string, to: string): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(from, to);
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}
