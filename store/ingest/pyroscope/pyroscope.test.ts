import { loadPart, loadRequest } from '../recorded-parts';
import { labelsInfo, readContextNames } from './context-names';
import { parseAppName } from './app-name';
import { sortLabels } from './client-labels';
import { readIngestForm } from './ingest-form';
import { ingestTimeNs } from './ingest-times';
import { unpackName } from './packed-names';
import { decodePush } from './push';
import { countsOf, profileKind } from './sample-types';
import { defaultReaderLimits } from '../../../src/model/profile';
import { checkProfile } from '../../../src/model/profile-check';
import { readJfr } from '../../readers/jfr/reader';
import { defaultLimits as limits } from '../../../tests/integration/default-limits';

function form(query: string, body: string, contentType = '') {
  const bytes = new Uint8Array(Buffer.from(body));
  const request = {
    intake: 'pyroscope' as const,
    tenant: 't',
    receivedMs: 1_800_000_000_000,
    peer: '127.0.0.1',
    contentType,
    query,
    headers: {},
  };
  return readIngestForm([{ field: '', fileName: undefined, bytes }], { request, limits, defaultService: 'none' });
}

it.each([
  ['shop', 'shop', []],
  ['shop{}', 'shop', []],
  [
    'shop.api{env=prod, region=eu}',
    'shop.api',
    [
      ['env', 'prod'],
      ['region', 'eu'],
    ],
  ],
  [
    'shop{a.b=c=d,url=http://x/{id},e=}',
    'shop',
    [
      ['a.b', 'c=d'],
      ['url', 'http://x/{id}'],
      ['e', ''],
    ],
  ],
  ['{service_name="shop"}', '', [['service_name', 'shop']]],
])('reads the name %s', (text, service, labels) => {
  expect(parseAppName(text)).toEqual({ service, labels });
});

it('refuses a name without its closing brace', () => {
  expect(() => parseAppName('shop{env=prod')).toThrow('has no closing }');
});

const second = 1_764_000_000n;
it.each([
  ['1764000000', second * 1_000_000_000n],
  ['1764000000123', second * 1_000_000_000n + 123_000_000n],
  ['1764000000123456', second * 1_000_000_000n + 123_456_000n],
  ['1764000000123456789', second * 1_000_000_000n + 123_456_789n],
  ['20261124', BigInt(Date.UTC(2026, 10, 24)) * 1_000_000n],
  ['now', 1_800_000_000_000_000_000n],
  ['now-1h', 1_799_996_400_000_000_000n],
  ['2026-11-24T00:00:00Z', BigInt(Date.UTC(2026, 10, 24)) * 1_000_000n],
  ['', 0n],
])('reads the time "%s"', (text, ns) => {
  expect(ingestTimeNs('from', text, 1_800_000_000_000)).toBe(ns);
});

it.each(['yesterday', 'now-', '20261399', 'now-1y'])('refuses the time %s', (text) => {
  expect(() => ingestTimeNs('from', text, 0)).toThrow(`from=${text} is not a time`);
});

it('puts what only concerns a request beside the labels', () => {
  const { labels, info } = sortLabels([
    ['__session_id__', 's'],
    ['__delta__', 'false'],
    ['otel.scope.name', 'x'],
    ['env', 'prod'],
  ]);
  expect(labels).toEqual([
    ['__session_id__', 's'],
    ['env', 'prod'],
  ]);
  expect(info).toEqual([{ group: 'Client', key: 'otel.scope.name', value: 'x' }]);
});

it('lists the dynamic labels of a Java recording', async () => {
  const { gunzipSync } = await import('node:zlib');
  const info = labelsInfo(new Uint8Array(gunzipSync(loadPart('pyroscope-java-jfr', 'labels'))));
  expect(info.map(({ key }) => key)).toEqual(expect.arrayContaining(['route', 'customer']));
  expect(info.every(({ group, value }) => group === 'Labels of samples' && value !== '')).toBe(true);
  expect(labelsInfo(Uint8Array.of(0x0a, 0x7f))).toEqual([]);
});

it('gives samples of a Java recording their labels', async () => {
  const { gunzipSync } = await import('node:zlib');
  const part = (name: string) => new Uint8Array(gunzipSync(loadPart('pyroscope-java-jfr', name)));
  const profile = readJfr(part('jfr'), defaultReaderLimits, readContextNames(part('labels')));
  checkProfile(profile);
  const { samples, contexts, strings, valueTypes } = profile;
  const column = valueTypes.findIndex(({ type }) => type === 'lock-acquires');
  const locks: Record<string, number> = {};
  samples.context.forEach((context, at) => {
    const text = strings[contexts.labels?.[context] ?? 0];
    locks[text] = (locks[text] ?? 0) + samples.values[at * valueTypes.length + column];
  });
  // `jfr print`: 45 locks, 32 of them in one context.
  expect(Object.entries(locks).filter(([, count]) => count > 0)).toEqual(
    expect.arrayContaining([
      ['', 13],
      ['customer=c0\nroute=GET /orders', 32],
    ])
  );
});

it('tells lock profiles apart by their display names', () => {
  const kind = (config: unknown) => profileKind(Buffer.from(JSON.stringify(config)));
  expect(kind({ contentions: { 'display-name': 'mutex_count' }, delay: { 'display-name': 'mutex_duration' } })).toBe(
    'mutex'
  );
  expect(kind({ delay: { units: 'lock_nanoseconds', 'display-name': 'block_duration' } })).toBe('block');
  expect(kind({ inuse_space: { units: 'bytes', aggregation: 'average' } })).toBe('profile');
  expect(profileKind(undefined)).toBe('profile');
  expect(() => profileKind(Buffer.from('['))).toThrow('sample_type_config');
});

it.each([
  [
    'shop.cpu',
    'units=samples&sampleRate=250',
    'shop',
    { period: { type: 'cpu', unit: 'nanoseconds', value: 4_000_000 } },
  ],
  ['shop', '', 'shop', { period: { type: 'cpu', unit: 'nanoseconds', value: 10_000_000 } }],
  ['shop.alloc_space', 'units=bytes', 'shop', { countsAre: { type: 'alloc_space', unit: 'bytes' } }],
  ['shop.mutex_duration', 'units=lock_nanoseconds', 'shop', { countsAre: { type: 'delay', unit: 'nanoseconds' } }],
  ['shop', 'units=constructor', 'shop', { countsAre: { type: 'constructor', unit: 'count' } }],
])('knows what the counts of %s?%s are', (service, query, plain, hints) => {
  expect(countsOf(service, new URLSearchParams(query))).toMatchObject({ service: plain, hints });
});

it('takes folded stacks, with and without counts', () => {
  const text = (result: ReturnType<typeof form>) => new TextDecoder().decode(result.attachments[0].bytes);
  expect(text(form('name=a.cpu', 'main;work 3\n'))).toBe('main;work 3\n');
  expect(text(form('name=a&format=lines', 'main;work\nmain;idle\nmain;work\n'))).toBe('main;work 2\nmain;idle 1\n');
});

it.each([
  ['name=a&format=trie', '', 'trie is a format of old'],
  ['name=a', 'binary/octet-stream+tree', 'tree is a format of old'],
  ['name=a&format=dot', '', 'format=dot is not one of'],
])('refuses %s (%s) with the reason', (query, contentType, reason) => {
  expect(() => form(query, 'x', contentType)).toThrow(reason);
});

it.each([
  ['./shop.js:buildReport:17', '/opt/demo/shop.js', { name: 'buildReport', line: 17 }],
  ['./shop.js:(anonymous:L#24:C#34):24', '/opt/demo/shop.js', { name: '(anonymous:L#24:C#34)', line: 24 }],
  [':(idle):0', '', { name: '(idle)', line: 0 }],
  ['node:internal/fs/promises:close:235', 'node:internal/fs/promises', { name: 'close', line: 235 }],
  ['main.work', '/x.go', undefined],
  ['a:b:c', 'a', undefined],
])('takes %s apart', (packed, file, result) => {
  expect(unpackName(packed, file)).toEqual(result);
});

describe('Push', () => {
  const labels = [
    { name: '__name__', value: 'process_cpu' },
    { name: 'service_name', value: 'orders' },
  ];

  it('reads JSON', () => {
    const body = JSON.stringify({ series: [{ labels, samples: [{ ID: 'x', rawProfile: 'AQID' }] }] });
    const [series] = decodePush(new Uint8Array(Buffer.from(body)), 'application/json');
    expect(series.labels).toContainEqual(['service_name', 'orders']);
    expect([...series.profiles[0]]).toEqual([1, 2, 3]);
  });

  it.each([
    ['{"series":[{"samples":[{"rawProfile":"*"}]}]}', 'not base64'],
    ['{"series":1}', 'series'],
    ['{', 'not JSON'],
    ['\u000a\u007f', 'not a PushRequest'],
  ])('refuses %j with the reason', (body, reason) => {
    expect(() => decodePush(new Uint8Array(Buffer.from(body)), 'application/proto')).toThrow(reason);
  });

  it('reads the binary form of pyroscope-io', async () => {
    const { body, contentType } = loadRequest('pyroscope-python-push-1');
    const { gunzipSync } = await import('node:zlib');
    const [series] = decodePush(new Uint8Array(gunzipSync(body)), contentType);
    expect(series.labels).toContainEqual(['otel.scope.version', '1.4.0']);
    expect(series.profiles[0]).toHaveLength(3867);
  });
});
