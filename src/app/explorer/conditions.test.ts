import fc from 'fast-check';
import { parseFilter, printFilter } from '../../model/filter-grammar';
import { type ProfileFilter } from '../../model/profile-filter';
import { conditionText, conditionsOf, splitSearch, withoutCondition } from './conditions';
import { filterText } from './quick-filters';

const word = fc.constantFrom('service', 'env', 'a b', 'x:"y', 'AND', '');
const key = fc.constantFrom('service', 'env', 'git.sha', 'k"e y');
const leaf: fc.Arbitrary<ProfileFilter> = fc.oneof(
  fc.record({ kind: fc.constant('equals' as const), key, value: word }),
  fc.record({ kind: fc.constant('exists' as const), key }),
  fc.record({
    kind: fc.constant('range' as const),
    key: fc.constant('duration'),
    low: fc.constant('1s'),
    high: fc.constant('60s'),
  }),
  fc.record({
    kind: fc.constant('text' as const),
    text: fc.constantFrom([{ text: 'shop' }], [{ text: 'a' }, { wild: '*' as const }]),
  })
);
const { filter } = fc.letrec<{ filter: ProfileFilter }>((tie) => ({
  filter: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ kind: fc.constant('not' as const), term: tie('filter') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('filter'), { minLength: 2, maxLength: 4 }),
    })
  ),
}));

/** Whether a filter holds when the leaves (by their text) are true or not. */
function holds(of: ProfileFilter, truth: (leaf: string) => boolean): boolean {
  switch (of.kind) {
    case 'and':
      return of.terms.every((term) => holds(term, truth));
    case 'or':
      return of.terms.some((term) => holds(term, truth));
    case 'not':
      return !holds(of.term, truth);
    default:
      return truth(JSON.stringify(of));
  }
}

/** Some assignment of truth to every leaf, the same for both forms. */
const truthOf = (seed: number) => (text: string) => {
  let hash = seed;
  for (const char of text) {
    hash = Math.imul(hash ^ char.charCodeAt(0), 16777619);
  }
  return (hash >>> 9) % 2 === 0;
};

describe('chips and text', () => {
  it('find the same profiles', () => {
    fc.assert(
      fc.property(filter, fc.array(fc.integer(), { minLength: 8, maxLength: 8 }), (given, seeds) => {
        const text = printFilter(given);
        const chips = splitSearch(text);
        const back = parseFilter(filterText(chips));
        for (const truth of seeds.map(truthOf)) {
          expect(holds(back, truth)).toBe(holds(parseFilter(text), truth));
        }
        // Once more changes nothing.
        expect(filterText(splitSearch(filterText(chips)))).toBe(filterText(chips));
      })
    );
  });

  it.each([
    ['service:shop', [{ key: 'service', values: ['shop'], exclude: false }], ''],
    ['env:(prod OR dev) fast', [{ key: 'env', values: ['prod', 'dev'], exclude: false }], 'fast'],
    ['-env:dev NOT env:qa', [{ key: 'env', values: ['dev', 'qa'], exclude: true }], ''],
    ['a OR service:shop', [], 'a OR service:shop'],
    ['env:prod -env:dev', [{ key: 'env', values: ['prod'], exclude: false }], '-env:dev'],
    ['(a OR b) x:1 duration:>30', [{ key: 'x', values: ['1'], exclude: false }], '(a OR b) AND duration:>30'],
    ['', [], ''],
  ])('%s', (text, filters, rest) => {
    expect(splitSearch(text)).toEqual({ filters, text: rest });
  });

  it('joins what is added to the filters that are there', () => {
    const present = [{ key: 'env', values: ['dev'], exclude: true }];
    expect(splitSearch('-env:qa', present)).toEqual({
      filters: [{ key: 'env', values: ['dev', 'qa'], exclude: true }],
      text: '',
    });
  });

  it('takes one condition out of a text', () => {
    const text = 'a (b OR c) d';
    expect(conditionsOf(text).map(conditionText)).toEqual(['a', '(b OR c)', 'd']);
    expect(withoutCondition(text, 2)).toBe('a AND (b OR c)');
    expect(withoutCondition(text, 0)).toBe('(b OR c) AND d');
    expect(withoutCondition('a', 0)).toBe('');
  });

  it('says what a text is no filter for', () => {
    expect(() => splitSearch('(a')).toThrow('never closed');
  });
});
