import fc from 'fast-check';
import { parseFilter } from '../../model/filter-grammar';
import { clearField, excludeValue, filterText, isChecked, onlyValue, toggleValue } from './quick-filters';

describe('clicks in the sidebar', () => {
  it('unchecking excludes, checking again restores all', () => {
    const without = toggleValue([], 'env', 'dev');
    expect(without).toEqual([{ key: 'env', values: ['dev'], exclude: true }]);
    expect(isChecked(without, 'env', 'dev')).toBe(false);
    expect(isChecked(without, 'env', 'prod')).toBe(true);
    expect(toggleValue(without, 'env', 'dev')).toEqual([]);
  });

  it('only this value includes, further checks include more', () => {
    const only = onlyValue([], 'service', 'shop');
    expect(isChecked(only, 'service', 'cart')).toBe(false);
    const both = toggleValue(only, 'service', 'cart');
    expect(both).toEqual([{ key: 'service', values: ['shop', 'cart'], exclude: false }]);
    expect(onlyValue(both, 'service', 'cart')).toEqual([{ key: 'service', values: ['cart'], exclude: false }]);
    expect(onlyValue(only, 'service', 'shop')).toEqual([]);
  });

  it('excluding takes the place of including, and leaves other fields alone', () => {
    const filters = onlyValue(onlyValue([], 'env', 'prod'), 'service', 'shop');
    const excluded = excludeValue(filters, 'service', 'cart');
    expect(excluded).toContainEqual({ key: 'env', values: ['prod'], exclude: false });
    expect(excluded).toContainEqual({ key: 'service', values: ['cart'], exclude: true });
    expect(clearField(excluded, 'service')).toEqual([{ key: 'env', values: ['prod'], exclude: false }]);
  });
});

describe('text for the store', () => {
  it.each([
    [{ filters: [], text: '' }, ''],
    [{ filters: [], text: ' a OR b ' }, 'a OR b'],
    [
      { filters: [{ key: 'service', values: ['shop', 'ca"rt'], exclude: false }], text: 'a OR b' },
      'service:("shop" OR "ca\\"rt") AND (a OR b)',
    ],
    [{ filters: [{ key: 'env', values: ['dev', 'qa'], exclude: true }], text: '' }, '-env:"dev" AND -env:"qa"'],
  ])('of %j is %s', (given, text) => {
    expect(filterText(given)).toBe(text);
  });

  it('is understood by the grammar as it was clicked', () => {
    const value = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(value, value, (first, second) => {
        const filters = [
          { key: 'git.sha', values: [first], exclude: false },
          { key: 'env', values: [second], exclude: true },
        ];
        expect(parseFilter(filterText({ filters, text: '' }))).toEqual({
          kind: 'and',
          terms: [
            { kind: 'equals', key: 'git.sha', value: first },
            { kind: 'not', term: { kind: 'equals', key: 'env', value: second } },
          ],
        });
      })
    );
  });
});
