import fc from 'fast-check';
import { parseFilter, printFilter } from './filter-grammar';
import { everyProfile, parseQuantity, type ProfileFilter, type WildPart, type WildText } from './profile-filter';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.constantFrom(
    'AND',
    'OR',
    'NOT',
    '-x',
    'a b',
    '"',
    '\\',
    '*',
    '?',
    '(',
    ')',
    ':',
    '[1 - 2]',
    '>5',
    '!',
    '{}',
    `' OR 1=1`
  )
);

/** Literal parts and wildcards in turn, not starting with `*`; at least one wildcard. */
const wildText: fc.Arbitrary<WildText> = fc
  .array(fc.record({ text, wild: fc.constantFrom('?' as const, '*' as const) }), { minLength: 1, maxLength: 3 })
  .map((pairs) => pairs.flatMap((pair): WildPart[] => [{ text: pair.text }, { wild: pair.wild }]));

const number = fc.constantFrom('0', '60', '-1.5', '1e3', '10ms', '20MiB');
const term: fc.Arbitrary<ProfileFilter> = fc.oneof(
  fc
    .oneof(
      text.map((one): WildText => [{ text: one }]),
      wildText
    )
    .map((one): ProfileFilter => ({ kind: 'text', text: one })),
  text.map((key): ProfileFilter => ({ kind: 'exists', key })),
  fc
    .tuple(text, fc.oneof(text, fc.constant('')))
    .map(([key, value]): ProfileFilter => ({ kind: 'equals', key, value })),
  fc.tuple(text, wildText).map(([key, pattern]): ProfileFilter => ({ kind: 'like', key, pattern })),
  fc
    .tuple(text, fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const), number)
    .map(([key, operator, value]): ProfileFilter => ({ kind: 'compare', key, operator, value })),
  fc.tuple(text, number, number).map(([key, low, high]): ProfileFilter => ({ kind: 'range', key, low, high }))
);

const { filter } = fc.letrec<{ filter: ProfileFilter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    term,
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
    }),
    tie('filter').map((inner): ProfileFilter => ({ kind: 'not', term: inner }))
  ),
}));

it('reads again what printFilter wrote', () => {
  fc.assert(
    fc.property(filter, (one) => {
      expect(parseFilter(printFilter(one))).toEqual(one);
    }),
    { numRuns: 1000 }
  );
});

it('never hangs or throws anything but a syntax error', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...'ab:()"\\*?-[]<> ', ' AND ', ' OR ', ' NOT '), { maxLength: 30 }),
      (parts) => {
        try {
          parseFilter(parts.join(''));
        } catch (error) {
          expect(String(error)).toMatch(/^FilterSyntaxError: .*at character \d+/);
        }
      }
    )
  );
});

describe('parseFilter', () => {
  it.each([
    ['', everyProfile],
    ['a b', 'a AND b'],
    ['a OR b c', 'a OR (b AND c)'],
    ['NOT a b', '(NOT a) AND b'],
    ['-env:dev', 'NOT env:dev'],
    ['env:(a AND b OR c)', '(env:a AND env:b) OR env:c'],
    ['env:(a -b)', 'env:a AND NOT env:b'],
    ['-key:*', 'NOT key:*'],
    ['service:"a b"', 'service:a\\ b'],
    ['  a  AND  ( b ) ', 'a b'],
  ])('reads %s', (source, same) => {
    expect(parseFilter(source)).toEqual(typeof same === 'string' ? parseFilter(same) : same);
  });

  it.each([
    ['word', { kind: 'text', text: [{ text: 'word' }] }],
    ['"two words*"', { kind: 'text', text: [{ text: 'two words*' }] }],
    ['a?c*', { kind: 'text', text: [{ text: 'a' }, { wild: '?' }, { text: 'c' }, { wild: '*' }] }],
    ['host:a:80', { kind: 'equals', key: 'host', value: 'a:80' }],
    ['"a b":x', { kind: 'equals', key: 'a b', value: 'x' }],
    ['duration:>=1.5s', { kind: 'compare', key: 'duration', operator: '>=', value: '1.5s' }],
    ['size:[1 - 100]', { kind: 'range', key: 'size', low: '1', high: '100' }],
    ['env:-1', { kind: 'equals', key: 'env', value: '-1' }],
    ['ANDROID', { kind: 'text', text: [{ text: 'ANDROID' }] }],
  ])('means by %s', (source, expected) => {
    expect(parseFilter(source)).toEqual(expected);
  });

  it.each([
    '*a',
    'key:*a',
    '(a',
    'a)',
    '"a',
    'a\\',
    'key:',
    ':a',
    'a AND',
    'OR a',
    'NOT',
    'key:>x',
    'key:[1 - x]',
    'key:[1-2]',
    '""',
    'a*:b',
    '('.repeat(500),
    'a '.repeat(201),
    `env:(${'a OR '.repeat(200)}a)`,
  ])('refuses %s', (source) => {
    expect(() => parseFilter(source)).toThrow(/at character \d+/);
  });
});

it('reads quantities with units', () => {
  expect(parseQuantity('1.5s')).toEqual({ value: 1.5e9, unit: 's' });
  expect(parseQuantity('2MiB')?.value).toBe(2 * 1024 ** 2);
  expect(parseQuantity('-3')).toEqual({ value: -3, unit: '' });
  expect(parseQuantity('1.2.3')).toBeUndefined();
  expect(parseQuantity('5 parsecs')).toBeUndefined();
});
