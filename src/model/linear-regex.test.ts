import fc from 'fast-check';
import { linearRegex } from './linear-regex';

/** Patterns made of what both engines know, and texts of the same letters. */
const atom = fc.constantFrom(
  'a',
  'b',
  'A',
  '.',
  '\\.',
  '[ab]',
  '[^a]',
  '[a-c_]',
  '\\d',
  '\\w',
  '\\s',
  '\\b',
  '^',
  '$',
  '\\x61',
  '1'
);
const { pattern } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc.oneof(
    { maxDepth: 4 },
    atom,
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => a + b),
    fc.tuple(tie('pattern'), tie('pattern')).map(([a, b]) => `(?:${a}|${b})`),
    fc.tuple(tie('pattern'), fc.constantFrom('*', '+', '?', '{2}', '{1,2}', '{2,}', '*?')).map(([a, q]) => `(${a})${q}`)
  ),
}));
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'A', 'B', 'c', '.', ' ', '1', '_', '\n'), maxLength: 12 });

it('finds what the built-in engine finds', () => {
  fc.assert(
    fc.property(pattern, text, fc.boolean(), (source, input, ignoreCase) => {
      expect(linearRegex(source, ignoreCase).test(input)).toBe(new RegExp(source, ignoreCase ? 'i' : '').test(input));
    }),
    { numRuns: 2000 }
  );
});

it.each(['(a+)+$', '^(([a-z])+.)+[A-Z]([a-z])+$', '(.*)*x', '(.*)(.*)(.*)(.*)x'])(
  'reads a text of 65 kB that makes backtracking engines hang: %s',
  (source) => {
    expect(linearRegex(source, true).test(`${'a'.repeat(65_000)}!`)).toBe(false);
  }
);

it.each([
  ['(', 'Unterminated group'],
  [')', 'Unmatched'],
  ['[a', 'Unterminated class'],
  ['*a', 'Nothing to repeat'],
  ['a**', 'Nothing to repeat'],
  ['(?=a)', 'not supported'],
  ['(a)\\1', 'not supported'],
  ['a{9999}', "can't be repeated"],
  ['(((a{99}){99}){99}){99}', 'too large'],
  ['[b-a]', 'out of order'],
  ['\\', 'end of the pattern'],
])('refuses %s and says why', (source, words) => {
  expect(() => linearRegex(source, false)).toThrow(words);
});

it.each([
  ['^runtime\\.', 'runtime.gc', true],
  ['(?<name>json|xml)\\.decode$', 'encoding/json.Decode', true],
  ['[\\w.]+/v2', 'github.com/x/v2', true],
  ['[-a]x', '-x', true],
  ['a{b', 'a{b', true],
  ['node_modules', 'src/app', false],
])('%s in %s: %p', (source, input, found) => {
  expect(linearRegex(source, true).test(input)).toBe(found);
});
