import fc from 'fast-check';
import { isUnresolvedVariable, parseSelector, printSelector, selectorFilter, type LabelMatcher } from './selector';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const matcher: fc.Arbitrary<LabelMatcher> = fc.record({
  label: fc.oneof(text, fc.constantFrom('service', 'git.commit.sha', '__proto__', 'a b', 'x=y')).filter((label) => {
    return label !== '' && label !== 'service_name' && label !== 'service.name';
  }),
  operator: fc.constantFrom('=' as const, '!=' as const, '=~' as const, '!~' as const),
  value: fc.oneof(text, fc.constantFrom('', '.*', 'a\\.b', '"', '\\', `' OR 1=1 --`, '{p:Identifier}')),
});

describe('parseSelector', () => {
  it('reads again what printSelector wrote', () => {
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 5 }), (matchers) => {
        expect(parseSelector(printSelector(matchers))).toEqual(matchers);
      })
    );
  });

  it.each([
    ['', []],
    ['{}', []],
    [' { service_name = "a" , } ', [['service', '=', 'a']]],
    [
      'service.name="a",env!~"x|y"',
      [
        ['service', '=', 'a'],
        ['env', '!~', 'x|y'],
      ],
    ],
    [
      '{"git.commit.sha"="1", raw=`a\\b`}',
      [
        ['git.commit.sha', '=', '1'],
        ['raw', '=', 'a\\b'],
      ],
    ],
    ['{env=~"(a\\.b|c)"}', [['env', '=~', '(a\\.b|c)']]],
    ['{a="\\"\\\\\\n"}', [['a', '=', '"\\\n']]],
  ])('reads %s', (source, expected) => {
    expect(parseSelector(source).map(({ label, operator, value }) => [label, operator, value])).toEqual(expected);
  });

  it.each([
    '{',
    '{a="b"',
    'a="b"}',
    '{a}',
    '{a=}',
    '{a=b}',
    '{a="b" c="d"}',
    '{="b"}',
    '{a="b}',
    '{a~"b"}',
    'a="b",'.repeat(201),
  ])('refuses %s', (source) => {
    expect(() => parseSelector(source)).toThrow(/at character \d+/);
  });
});

it('takes a value that matches everything as no filter', () => {
  for (const value of ['', '.*', '.+', '$__all']) {
    expect(selectorFilter(parseSelector(`{a=~"${value}"}`))).toEqual({ kind: 'and', terms: [] });
  }
  expect(selectorFilter(parseSelector('{a!=""}'))).toEqual({
    kind: 'not',
    term: { kind: 'equals', key: 'a', value: '' },
  });
});

it('knows variables that no one filled in', () => {
  for (const value of ['$env', '${env}', '${env:regex}', '[[env]]', '($env)', 'x${env}y']) {
    expect([value, isUnresolvedVariable(value)]).toEqual([value, true]);
  }
  for (const value of ['env', 'a$', '$', '$__all', 'US$5', '^a$', '[a]']) {
    expect([value, isUnresolvedVariable(value)]).toEqual([value, false]);
  }
});
