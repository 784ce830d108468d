import { defaultReaderLimits, type Profile } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { pprofCorpus } from '../../../tests/oracle/uploads';
import { pprofReader } from './reader';
import { textOf } from '../texts';

const encoder = new TextEncoder();

/** Everything of a profile by value, so that a later change shows. */
function copyOf(profile: Profile): Profile {
  return structuredClone(profile);
}

/** Frames by their texts: the indexes of strings may differ between readings of one file. */
function resolved({ frames, stacks, contexts, samples, strings }: Profile): unknown {
  const texts = (column: Uint32Array) => [...column].map((index) => strings[index]);
  const { method, className, packageName, library, file, line, kind } = frames;
  return {
    frames: [texts(method), texts(className), texts(packageName), texts(library), texts(file), line, kind],
    stacks,
    contexts: { ...contexts, thread: texts(contexts.thread), endpoint: texts(contexts.endpoint) },
    samples,
  };
}

describe('memory that readings share', () => {
  const files = pprofCorpus().filter(({ bytes }) => bytes.length < 100_000);
  const read = (bytes: Uint8Array) => pprofReader.read(bytes, defaultReaderLimits);

  it('leaves earlier profiles as they were', () => {
    const profiles = files.map(({ bytes }) => read(bytes));
    const copies = profiles.map(copyOf);
    for (const { bytes } of files) {
      read(bytes);
      expect(() => read(bytes.subarray(0, bytes.length - 1))).toThrow();
    }
    expect(profiles.map(copyOf)).toEqual(copies);
  });

  it('gives the same in any order, also after broken files', () => {
    const first = files.map(({ bytes }) => resolved(read(bytes)));
    for (let i = files.length - 1; i >= 0; i--) {
      const { bytes } = files[i];
      expect(() => read(bytes.subarray(0, bytes.length >> 1))).toThrow();
      const again = read(bytes);
      checkProfile(again);
      expect(resolved(again)).toEqual(first[i]);
    }
  });
});

describe('remembered texts', () => {
  const text = (value: string, start = 0) => {
    const bytes = encoder.encode('x'.repeat(start) + value);
    return textOf(bytes, start, bytes.length);
  };

  it.each([1, 3, 4, 7, 8, 9, 127, 128, 129, 1023, 1024, 1025, 3000])('tell texts of %d bytes apart', (length) => {
    const value = 'ab€'.repeat(length).slice(0, length - 1);
    for (const ending of ['a', 'b', 'ä']) {
      for (let start = 0; start < 5; start++) {
        expect(text(value + ending, start).text).toBe(value + ending);
      }
    }
  });

  it('are one object while they are remembered', () => {
    expect(text('net/http.(*conn).serve')).toBe(text('net/http.(*conn).serve', 3));
    expect(text('')).toBe(text('', 2));
  });

  it('stay right when there are more than there is room for', () => {
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 150_000; i++) {
        const value = `function-${i}`;
        if (text(value).text !== value) {
          throw new Error(`${value} is ${text(value).text}`);
        }
      }
    }
  });
});
