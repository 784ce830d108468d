import fc from 'fast-check';
import { type LabelMatcher } from '../../model/selector';
import { matchOperators, namesOfRegex, readSelector, regexOfNames, writeSelector } from '../../ui/selector';
import { complete, completionPlace } from './selector-completion';

/** `|` is the cursor. */
function placeAt(marked: string) {
  const cursor = marked.indexOf('|');
  return completionPlace(marked.replace('|', ''), cursor);
}

describe('what can be written at the cursor', () => {
  it.each([
    ['|', 'label', '', undefined],
    ['{|', 'label', '', undefined],
    ['{ser|', 'label', 'ser', undefined],
    ['{service|', 'label', 'service', undefined],
    ['{service |', 'operator', '', 'service'],
    ['{service=|', 'value', '', 'service'],
    ['{service="sh|', 'value', 'sh', 'service'],
    ['{service="sh|op"}', 'value', 'sh', 'service'],
    ['{service="shop", |', 'label', '', undefined],
    ['{service="shop", env=~"|"}', 'value', '', 'env'],
    ['{"git.commit.sha"!="|"}', 'value', '', '"git.commit.sha"'],
  ])('%s: a %s after “%s”', (marked, kind, typed, label) => {
    expect(placeAt(marked)).toMatchObject({ kind, typed, ...(label && { label }) });
  });

  it('knows the conditions before, for values that occur with them', () => {
    expect(placeAt('{service="a", env="|"}')?.before).toBe('{service="a"}');
    expect(placeAt('{service="|"}')?.before).toBe('');
  });

  it.each([
    ['{ser|', 'service', '{service'],
    ['{my|', 'my label', '{"my label"'],
    ['{service|=', 'env', '{env='],
    ['{service="sh|"', 'sh"op\\', '{service="sh\\"op\\\\"'],
    ['{service="shop|", env="x"}', 'cart', '{service="cart", env="x"}'],
  ])('%s + %s', (marked, choice, text) => {
    const place = placeAt(marked)!;
    expect(complete(marked.replace('|', ''), place, choice).text).toBe(text);
  });
});

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const matcher: fc.Arbitrary<LabelMatcher> = fc.record({
  label: name.filter((label) => !['service_name', 'service.name'].includes(label)),
  operator: fc.constantFrom(...matchOperators),
  value: fc.string({ unit: 'binary', maxLength: 30 }),
});

describe('builder and text', () => {
  it('say the same: conditions are read as they were written', () => {
    fc.assert(
      fc.property(fc.array(matcher, { maxLength: 8 }), (matchers) => {
        expect(readSelector(writeSelector(matchers))).toEqual(matchers);
      })
    );
  });

  it('change nothing in going back and forth from any text', () => {
    const text = fc.oneof(fc.array(matcher, { maxLength: 4 }).map(writeSelector), fc.string({ maxLength: 40 }));
    fc.assert(
      fc.property(text, (written) => {
        const matchers = readSelector(written);
        // A text that is no list of conditions can't leave the text mode.
        fc.pre(matchers !== undefined);
        expect(readSelector(writeSelector(matchers))).toEqual(matchers);
      })
    );
  });

  it('hold the same names in a list of values', () => {
    fc.assert(
      fc.property(fc.array(name, { maxLength: 5 }), (names) => {
        expect(namesOfRegex(regexOfNames(names))).toEqual(names);
      })
    );
  });

  it('keep an expression that is no list', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 20 }), (regex) => {
        const names = namesOfRegex(regex);
        fc.pre(names !== undefined);
        expect(regexOfNames(names)).toBe(regex.replace(/^\((.*)\)$/s, '$1'));
      })
    );
  });

  it('survive a completion', () => {
    fc.assert(
      fc.property(fc.array(matcher, { minLength: 1, maxLength: 3 }), name, (matchers, choice) => {
        const text = writeSelector(matchers);
        const place = completionPlace(text, text.length - 2);
        expect(place).toMatchObject({ kind: 'value' });
        const completed = readSelector(complete(text, place!, choice).text);
        expect(completed).toEqual([...matchers.slice(0, -1), { ...matchers.at(-1), value: choice }]);
      })
    );
  });
});
