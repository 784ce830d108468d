import { frameNames, type FunctionSource } from './frame-names';

function names(name: string, file = '', more: Partial<FunctionSource> = {}): string {
  const { className, packageName, library, kind } = frameNames({ name, file, mapping: '', language: '', ...more });
  return [className, packageName, library, kind].join(' | ');
}

describe('Go', () => {
  it.each([
    ['net/http.(*conn).serve', '/usr/local/go/src/net/http/server.go', 'conn | net/http | std | method'],
    ['runtime.pMask.set', '/usr/local/go/src/runtime/proc.go', 'pMask | runtime | std | method'],
    ['runtime.memmove', '/usr/local/go/src/runtime/memmove_amd64.s', ' | runtime | std | method'],
    ['main.main.func1.4', '/root/app/main.go', ' | main | shop | method'],
    ['main.glob..func1', '/root/app/main.go', ' | main | shop | method'],
    ['main.init.0', '/root/app/main.go', ' | main | shop | method'],
    ['demo/work.Orders', '/src/work/work.go', ' | demo/work | shop | method'],
    ['slices.SortFunc[go.shape.[]uint8,go.shape.func(a/b.C)]', 'slices/sort.go', ' | slices | std | method'],
    ['github.com/a/b/pkg.(*Set[go.shape.int]).Add', 'x.go', 'Set | github.com/a/b/pkg | github.com/a/b | method'],
    [
      'gopkg.in/DataDog/dd-trace-go.v1/profiler.(*profiler).run.func2',
      '/root/go/pkg/mod/gopkg.in/!data!dog/dd-trace-go.v1@v1.66.0/profiler/profile.go',
      'profiler | gopkg.in/DataDog/dd-trace-go.v1/profiler | gopkg.in/DataDog/dd-trace-go.v1 | method',
    ],
    [
      'github.com/dgraph-io/badger/v4/y.SafeCopy',
      'github.com/dgraph-io/badger/v4@v4.1.0/y/y.go',
      ' | github.com/dgraph-io/badger/v4/y | github.com/dgraph-io/badger | method',
    ],
    ['gopkg.in/yaml%2ev3.Unmarshal', 'a.go', ' | gopkg.in/yaml.v3 | gopkg.in/yaml.v3 | method'],
  ])('%s', (name, file, expected) => {
    expect(names(name, file, { mapping: '/bin/shop', language: 'go' })).toBe(expected);
  });
});

describe('Python', () => {
  const lib = '/usr/lib/python3.12';
  it.each([
    ['Thread._bootstrap', `${lib}/threading.py`, 'Thread | threading | stdlib | method'],
    ['parse', `${lib}/email/parser.py`, ' | email.parser | stdlib | method'],
    ['load', `${lib}/json/__init__.py`, ' | json | stdlib | method'],
    [
      'patch_func',
      `${lib}/site-packages/ddtrace/contrib/flask/wrappers.py`,
      ' | ddtrace.contrib.flask.wrappers | ddtrace | method',
    ],
    ['a.<locals>.b', `/app/.venv/lib/python3.12/site-packages/six.py`, ' | six | six | method'],
    ['init_stack.<locals>.Inner.run', '/app/shop/cart.py', 'Inner | cart | (own code) | method'],
    ['report.<locals>.<listcomp>', '/app/shop/__init__.py', ' | shop | (own code) | method'],
    ['_load_unlocked', '<frozen importlib._bootstrap>', ' | importlib._bootstrap | stdlib | method'],
    ['add', 'C:\\shop\\cart.py', ' | cart | (own code) | method'],
    ['add', 'cart.py', ' | cart |  | method'],
    ['run', 'C:\\Python312\\Lib\\asyncio\\runners.py', ' | asyncio.runners | stdlib | method'],
  ])('%s in %s', (name, file, expected) => {
    expect(names(name, file)).toBe(expected);
  });
});

describe('Node', () => {
  it.each([
    ['emit', 'node:events', ' | node:events | node | method'],
    ['Layer.handle', 'file:///app/node_modules/express/lib/router/layer.js', 'Layer | express | express | method'],
    [
      'wrap',
      '/app/node_modules/a/node_modules/@pyroscope/nodejs/dist/index.js',
      ' | @pyroscope/nodejs | @pyroscope/nodejs | method',
    ],
    ['(anonymous:L#1:C#1)', '/app/server.ts', ' |  | (own code) | method'],
    ['(anonymous)', 'server.ts', ' |  |  | method'],
  ])('%s in %s', (name, file, expected) => {
    expect(names(name, file)).toBe(expected);
  });
});

describe('other languages', () => {
  it.each<[string, Partial<FunctionSource>, string]>([
    ['java/util/HashMap.put', {}, 'java.util.HashMap | java.util | JDK | method'],
    [
      'org/apache/kafka/Log$Segment.append(int)',
      {},
      'org.apache.kafka.Log$Segment | org.apache.kafka | org.apache.kafka | method',
    ],
    ['com.acme.shop.Cart.add', { language: 'java' }, 'com.acme.shop.Cart | com.acme.shop | com.acme | method'],
    [
      '|lm:System.Private.CoreLib |ns:System.Threading |ct:Thread |cg: |fn:Start |fg: |sg:()',
      {},
      'System.Threading.Thread | System.Threading | System.Private.CoreLib | method',
    ],
    [
      'std::vector<int, std::allocator<int> >::at(unsigned long)',
      { file: 'vector.h', mapping: '/bin/app' },
      'std::vector | std | app | native',
    ],
    ['void acme::Cart::add<int>(int)', { file: 'cart.cc', language: 'cpp' }, 'acme::Cart | acme |  | method'],
    ['acme::math::square(int)', { file: 'm.cc', language: 'cpp' }, ' | acme::math |  | method'],
    ['(anonymous namespace)::run()', { file: 'm.cc', language: 'cpp' }, ' | _anonymous_ |  | method'],
    ['operator new(unsigned long)', { file: 'm.cc', language: 'cpp' }, ' |  |  | method'],
    [
      'tokio::runtime::Handle::block_on::h0123456789abcdef',
      { file: 'h.rs' },
      'tokio::runtime::Handle | tokio::runtime | tokio | method',
    ],
    [
      'App\\Shop\\Cart::add',
      { file: '/app/vendor/acme/shop/Cart.php' },
      'App\\Shop\\Cart | App\\Shop | acme/shop | method',
    ],
    [
      'Shop::Cart#add',
      { file: '/usr/lib/ruby/gems/3.2.0/gems/rack-2.2.4/lib/rack.rb' },
      'Shop::Cart | Shop | rack | method',
    ],
    ['do_syscall_64', { mapping: '[kernel.kallsyms]' }, ' |  | kernel | kernel'],
    ['start_thread', { mapping: '/usr/lib64/libc.so.6', language: 'python' }, ' |  | libc.so.6 | native'],
    ['main', {}, ' |  |  | method'],
    ['', {}, ' |  |  | method'],
  ])('%s', (name, source, expected) => {
    expect(names(name, source.file, source)).toBe(expected);
  });

  it('does not take apart names of absurd length', () => {
    expect(names('A/'.repeat(5000) + 'B.c')).toBe(' |  |  | method');
  });
});
