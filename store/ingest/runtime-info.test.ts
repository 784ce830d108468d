import { flattenInfo, metricsInfo, redactValue } from './runtime-info';

describe('secrets in runtime information', () => {
  it.each([
    ['db.password', 'hunter2', '***'],
    ['API-Key', 'abc', '***'],
    ['AUTHORIZATION', 'Bearer abc', '***'],
    ['AWS_SECRET_ACCESS_KEY', 'abc', '***'],
    ['jvm args', '-Xmx1g -Ddb.password=hunter2 -Dx=y', '-Xmx1g -Ddb.password=*** -Dx=y'],
    ['jvm args', '-Djavax.net.ssl.trustStorePassword="a b" -Dx=y', '-Djavax.net.ssl.trustStorePassword= *** -Dx=y'],
    ['command', 'app --token abc --port 80', 'app --token *** --port 80'],
    ['tags', 'a:1,api_key:x,b:2', 'a:1,api_key:***,b:2'],
    ['quoted', "-Dpassword='a b c' -Dx=1", '-Dpassword=  *** -Dx=1'],
    ['command', 'app --api-key=abc,def', 'app --api-key=***,***'],
    ['url', 'jdbc:postgres://user:pw@host/db', 'jdbc:postgres://user:***@host/db'],
    ['env', 'DB_PASSWORD=x;HOME=/root', 'DB_PASSWORD=***;HOME=/root'],
    ['header', 'Authorization: Bearer abcdef', 'Authorization: *** ***'],
    ['token bucket', '12', '12'],
    ['secrets.enabled', 'true', 'true'],
    ['path', '/usr/lib/python3.12', '/usr/lib/python3.12'],
    ['profiler_config', 'stack_v2_lock_mem', 'stack_v2_lock_mem'],
  ])('%s: %s', (key, value, shown) => {
    expect(redactValue(key, value)).toBe(shown);
  });

  it('stays quick on hostile text', () => {
    const started = process.cpuUsage().user;
    redactValue('x', 'password'.repeat(2000));
    redactValue('x', `${'a'.repeat(8000)}:${'//'.repeat(4000)}`);
    redactValue('x', '-'.repeat(16000));
    expect(process.cpuUsage().user - started).toBeLessThan(2_000_000);
  });
});

it('flattens nested settings', () => {
  expect(flattenInfo('G', { a: { b: 1, c: [1, 2], d: null }, e: true })).toEqual([
    { group: 'G', key: 'a.b', value: '1' },
    { group: 'G', key: 'a.c', value: '1, 2' },
    { group: 'G', key: 'e', value: 'true' },
  ]);
});

it('reads metrics.json of dd-trace-go and nothing else', () => {
  const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
  expect(metricsInfo(bytes([['go_gcs_per_sec', 1.5]]))).toEqual([
    { group: 'Metrics', key: 'go_gcs_per_sec', value: '1.5' },
  ]);
  expect(metricsInfo(bytes({ v1: [] }))).toBeUndefined();
  expect(metricsInfo(Buffer.from('no json'))).toBeUndefined();
});
