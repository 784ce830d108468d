import fc from 'fast-check';
import { escapeRegex, matchOperators, namesOfRegex, readSelector, regexOfNames, writeSelector } from './selector';

describe('selectors in editors', () => {
  it('reads back what it writes', () => {
    const matcher = fc.record({
      label: fc.string({ minLength: 1, unit: 'grapheme' }).filter((label) => !/^service[_.]name$/.test(label)),
      operator: fc.constantFrom(...matchOperators),
      value: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(fc.array(matcher), (matchers) => expect(readSelector(writeSelector(matchers))).toEqual(matchers))
    );
  });

  it.each(['{service=}', '{a="b" c="d"}', '$selector', '{a=="b"}', '{a="b'])('leaves %s to the store', (text) => {
    expect(readSelector(text)).toBeUndefined();
  });

  it('writes nothing for no condition', () => {
    expect(writeSelector([])).toBe('');
    expect(readSelector('')).toEqual([]);
  });

  it('escapes a name so that it matches itself only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, other) => {
        const pattern = new RegExp(`^(?:${escapeRegex(name)})$`, 's');
        expect(pattern.test(name)).toBe(true);
        expect(pattern.test(other)).toBe(other === name);
      })
    );
  });

  it('shows a list of names as names, and writes it as it was', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1 })), (names) => {
        expect(namesOfRegex(regexOfNames(names))).toEqual(names);
      })
    );
  });

  it('leaves an expression that is more than a list of names alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', 'b', '|', '.', '*', '(', ')', '\\', '[', '$') }), (regex) => {
        const names = namesOfRegex(regex);
        const inner = regex.replace(/^\((.*)\)$/s, '$1');
        expect(names === undefined || regexOfNames(names) === inner).toBe(true);
      })
    );
  });
});
