import fc from 'fast-check';
import { matchesAbbreviation, searchTexts } from './text-search';

const names = ['encoding/json.Unmarshal', 'json.dumps', 'main.getUserName', 'Widget', '', '<b>x</b>'];
const found = (query: string) => names.filter((_, i) => searchTexts(names, query).mask[i] === 1);

it('finds what contains the text, whatever the case', () => {
  expect(found('JSON')).toEqual(['encoding/json.Unmarshal', 'json.dumps']);
  expect(found('get')).toEqual(['main.getUserName', 'Widget']);
});

it('finds in many texts what it finds in each alone', () => {
  const letters = fc.constantFrom('a', 'B', 'Σ', 'İ', 'ß', '\n', ' ', 'x');
  const text = fc.string({ unit: letters, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), text, (texts, query) => {
      const wanted = query.trim().toLowerCase();
      const expected = texts.map((one) => (wanted !== '' && one.toLowerCase().includes(wanted) ? 1 : 0));
      fc.pre(wanted === '' || expected.includes(1));
      expect(Array.from(searchTexts(texts, query).mask)).toEqual(expected);
    })
  );
});

it('finds all words where nothing contains the whole text', () => {
  expect(found('unmarshal json')).toEqual(['encoding/json.Unmarshal']);
});

it('finds abbreviations only where nothing contains the words', () => {
  expect(found('jsUn')).toEqual(['encoding/json.Unmarshal']);
  expect(found('gun')).toEqual(['main.getUserName']);
  expect(found('zz')).toEqual([]);
});

it('runs regular expressions and says what is wrong with broken ones', () => {
  expect(found('/^json\\./')).toEqual(['json.dumps']);
  expect(found('/widget/I')).toEqual([]);
  expect(searchTexts(names, '/(/').error).toContain('Invalid regular expression');
});

it('takes a path for text, not for a broken expression', () => {
  expect(searchTexts(['/usr/lib'], '/usr').count).toBe(1);
});

it('finds nothing for an empty search', () => {
  expect(searchTexts(names, '  ').count).toBe(0);
});

it('lets a letter follow an earlier match than the first', () => {
  expect(matchesAbbreviation('aXab', 'ab')).toBe(false);
  expect(matchesAbbreviation('a.ab', 'ab')).toBe(true);
});

it('searches a name of 64 kB', () => {
  expect(searchTexts(['a'.repeat(65_536)], 'aab').count).toBe(0);
});
