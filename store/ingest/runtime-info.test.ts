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
    ['header', '-H Authorization:Basic abcdef', '-H Authorization:*** ***'],
    ['DB_PASS', 'hunter2', '***'],
    ['db.password', '123456', '***'],
    ['SENTRY_DSN', 'https://abc@host/1', '***'],
    ['jvm args', '-Ddb.pass=hunter2 -Dbypass=x', '-Ddb.pass=*** -Dbypass=x'],
    ['jvm args', '-javaagent:/a.jar=apikey=abc,host=x', '-javaagent:/a.jar=apikey=***,host=x'],
    ['env', 'JAVA_TOOL_OPTIONS=-Dpassword=hunter2', 'JAVA_TOOL_OPTIONS=-Dpassword=***'],
    ['command', 'app --opts=a:token=abc --port=80', 'app --opts=a:token=*** --port=80'],
    ['json', '{"a":{"password":"hunter2"},"b":1}', '{"a":{"password":***,"b":1}'],
    ['json', '{"password":"a b","c":"d"} -Dx=1', '{"password": *** -Dx=1'],
    ['url', 'jdbc:mysql://h/db?password=hunter2', 'jdbc:mysql://h/db?password=***'],
    ['url', 'https://user:hun@ter2@h/x@y', 'https://user:***@h/x@y'],
    ['url', 'https://u:a/b@h/x', 'https://u:***@h/x'],
    ['url', 'https://abc@github.com/x@y', 'https://***@github.com/x@y'],
    ['url', 'https://host/x@y', 'https://host/x@y'],
    ['class path', '/lib/cookie-1.jar:/lib/token.jar:/lib/a.jar', '/lib/cookie-1.jar:/lib/token.jar:/lib/a.jar'],
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
    redactValue('x', 'token/=:'.repeat(2000));
    redactValue('x', `password="${'\\'.repeat(8000)}`);
    redactValue('x', 'a://'.repeat(4000));
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
