import { packageOf } from './frame-package';

it.each([
  ['github.com/acme/shop.(*Cart).Add', '', 'github.com/acme/shop'],
  ['encoding/json.Unmarshal', '', 'encoding/json'],
  ['main.serve', '', 'main'],
  ['runtime.gcBgMarkWorker.func2', '', 'runtime.gcBgMarkWorker'],
  ['java.util.HashMap.put', '', 'java.util'],
  ['com.acme.Shop$Cart.lambda$0(Object)', '', 'com.acme'],
  ['std::vector<int>::push_back', '', 'std'],
  ['run', '/usr/lib/python3/site-packages/django/db/models.py', 'django'],
  ['run', '/usr/lib/python3.11/threading.py', '/usr/lib/python3.11'],
  ['step', '/app/node_modules/@grafana/ui/x.js', '@grafana/ui'],
  ['malloc', '', ''],
  ['', '', ''],
  ['Foo.bar', 'src/foo.rb', 'src'],
])('%s in %s belongs to %s', (label, file, expected) => expect(packageOf(label, file)).toBe(expected));

it('takes a name of 64 kB', () => {
  expect(packageOf(`${'a.'.repeat(32_768)}b`, '')).toMatch(/^a\.a/);
});
