import { sourceLink } from './source-link';

const template = 'https://git.example.com/${repo}/blob/main/${file}#L${line}';
const frame = { file: 'src/shop cart.py', line: 12, method: 'add' };
const replace = (text: string) => text.replace('${repo}', 'shop').replace('${file}', 'never');

it('puts file, line and method in, and dashboard variables', () => {
  expect(sourceLink(template, frame, replace)).toBe('https://git.example.com/shop/blob/main/src/shop%20cart.py#L12');
  expect(sourceLink('https://find.example.com/?q=${method}', { ...frame, file: '' }, replace)).toBe(
    'https://find.example.com/?q=add'
  );
});

it('keeps names of all scripts', () => {
  expect(sourceLink('https://find.example.com/?q=${method}', { ...frame, method: '😀漢' }, replace)).toBe(
    `https://find.example.com/?q=${encodeURIComponent('😀漢')}`
  );
});

it('lets a name change nothing but its own place', () => {
  const method = '"><script>&x=1#@evil.example/${repo}\ud800';
  const link = new URL(sourceLink('https://find.example.com/?q=${method}&n=1', { ...frame, method }, replace) ?? '');
  expect([link.host, link.searchParams.get('n'), link.hash]).toEqual(['find.example.com', '1', '']);
  expect(link.searchParams.get('q')).toBe('"><script>&x=1#@evil.example/${repo}_');
  const file = '../../..//evil.example/\\..\\x?y';
  expect(sourceLink('https://git.example.com/${file}', { ...frame, file }, replace)).toBe(
    'https://git.example.com/evil.example/x%3Fy'
  );
});

it.each(['javascript:alert(1)//${file}', 'data:text/html,${file}', '${file}', 'https://user@evil/${file}', '', ' '])(
  'gives no link for %p',
  (bad) => expect(sourceLink(bad, { ...frame, file: 'javascript:alert(1)' }, replace)).toBeUndefined()
);

it('gives no link for a frame without a file', () => {
  expect(sourceLink(template, { ...frame, file: '' }, replace)).toBeUndefined();
});
