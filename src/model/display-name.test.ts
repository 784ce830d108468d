import { displayName, fitName, shortName } from './display-name';

it('shows hostile names as harmless text', () => {
  expect(displayName('')).toBe('(no name)');
  expect(displayName('a\u202egnp.exe\nb\u0000')).toBe('a·gnp.exe·b·');
  expect(displayName('<img src=x onerror=alert(1)>')).toBe('<img src=x onerror=alert(1)>');
  expect(displayName('x'.repeat(65_536))).toHaveLength(2049);
});

it('shortens a path, not what is in brackets', () => {
  expect(shortName('github.com/acme/shop.(*Cart).Add')).toBe('shop.(*Cart).Add');
  expect(shortName('main.f(a/b)')).toBe('main.f(a/b)');
});

it('fits a name into cells', () => {
  expect(fitName('encoding/json.Unmarshal', 30)).toBe('encoding/json.Unmarshal');
  expect(fitName('encoding/json.Unmarshal', 14)).toBe('json.Unmarshal');
  expect(fitName('encoding/json.Unmarshal', 6)).toBe('json.…');
  expect(fitName('abc', 1)).toBe('');
});
