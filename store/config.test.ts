import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ConfigError, configKeys, loadConfig, type ConfigSources } from './config';

function withFile(yaml: string): Partial<ConfigSources> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-config-'));
  fs.writeFileSync(path.join(dir, 'hotspan.yaml'), yaml);
  return { workingDir: dir };
}

function load(sources: Partial<ConfigSources> = {}) {
  return loadConfig({ flags: {}, env: {}, workingDir: os.tmpdir(), ...sources });
}

function problems(sources: Partial<ConfigSources>): string[] {
  try {
    load(sources);
  } catch (error) {
    if (error instanceof ConfigError) {
      return [...error.problems];
    }
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('the configuration', () => {
  it('has defaults', () => {
    expect(load()).toMatchObject({
      listen: { host: '127.0.0.1', port: 4140 },
      retention: 7 * 86_400_000,
      spoolMaxBytes: 10e9,
      limits: { bodyBytes: 32 * 2 ** 20 },
      auth: { ingest: 'none', tokens: [] },
      defaultService: 'unnamed-service',
    });
  });

  it('lets flags win over the environment, and that over the file', () => {
    const file = withFile('retention: 1d\nlogLevel: error\ndefaultService: file\nlimits:\n  parts: 7\n');
    const env = { HOTSPAN_LOG_LEVEL: 'debug', HOTSPAN_DEFAULT_SERVICE: 'env', HOTSPAN_LIMITS_BODY_BYTES: '1MiB' };
    const config = load({ ...file, env, flags: { defaultService: 'flag', listen: undefined } });
    expect(config).toMatchObject({ retention: 86_400_000, logLevel: 'debug', defaultService: 'flag' });
    expect(config.limits).toMatchObject({ parts: 7, bodyBytes: 2 ** 20 });
  });

  it('reports every wrong key at once with the place it came from', () => {
    const file = withFile('retenton: 7d\nrawMaxBytes: lots\nauth:\n  ingset: none\n');
    const env = { HOTSPAN_LISTEN: 'nowhere', HOTSPAN_DATADIR: 'x' };
    const found = problems({ ...file, env, flags: { logLevel: 'loud' } });
    expect(found).toHaveLength(6);
    expect(found.join('\n')).toMatch(/retenton \(.*hotspan\.yaml\): no such key; did you mean retention\?/);
    expect(found.join('\n')).toMatch(/rawMaxBytes \(.*hotspan\.yaml\): "lots" is not a size/);
    expect(found.join('\n')).toMatch(/auth\.ingset \(.*\): no such key; did you mean auth\.ingest\?/);
    expect(found.join('\n')).toMatch(/HOTSPAN_LISTEN \(environment\): "nowhere" is not HOST:PORT/);
    expect(found.join('\n')).toMatch(/HOTSPAN_DATADIR \(environment\): no such key/);
    expect(found.join('\n')).toMatch(/--log-level \(flag\)/);
  });

  it('says where the YAML is broken', () => {
    expect(problems(withFile('a: [1'))[0]).toMatch(/hotspan\.yaml: /);
    expect(problems(withFile('- a'))[0]).toMatch(/must be a YAML mapping/);
    expect(problems({ file: 'missing.yaml' })[0]).toMatch(/missing\.yaml/);
  });

  const tokens = (...roles: string[]) => JSON.stringify([{ token: 'long-enough', roles }]);

  it('refuses to listen beyond loopback without tokens for query and admin, and says why', () => {
    expect(problems({ flags: { listen: '0.0.0.0:4140' } })[0]).toMatch(
      /listen 0\.0\.0\.0 can be reached .* roles query and admin.*ingestListen/
    );
    expect(problems({ flags: { listen: '[::]:4140' }, env: { HOTSPAN_AUTH_TOKENS: tokens('query') } })[0]).toMatch(
      /role admin/
    );
    expect(
      load({ flags: { listen: '0.0.0.0:1' }, env: { HOTSPAN_AUTH_TOKENS: tokens('query', 'admin') } }).listen.port
    ).toBe(1);
    expect(load({ flags: { listen: '[::1]:4140', ingestListen: '0.0.0.0:8126' } }).ingestListen?.host).toBe('0.0.0.0');
  });

  it('refuses tokens that let nobody send', () => {
    const env = { HOTSPAN_AUTH_INGEST: 'token', HOTSPAN_AUTH_TOKENS: tokens('query') };
    expect(problems({ env })[0]).toMatch(/nobody could send/);
  });

  it.each([
    ['0', 0],
    ['90s', 90_000],
    ['1.5h', 5_400_000],
    ['2w', 14 * 86_400_000],
  ])('reads the duration %s', (text, ms) => {
    expect(load({ flags: { retention: text } }).retention).toBe(ms);
  });

  it.each(['7', 'x', '-1d', '1y'])('refuses the duration %s', (text) => {
    expect(problems({ flags: { retention: text } })).toHaveLength(1);
  });

  it('reads how long services and tenants are kept', () => {
    const env = {
      HOTSPAN_RETENTION_RULES: '[{"service":"batch-*","retention":"3d"},{"tenant":"audit","retention":0}]',
    };
    expect(load({ env }).retentionRules).toEqual([
      { service: 'batch-*', retention: 3 * 86_400_000 },
      { tenant: 'audit', retention: 0 },
    ]);
    expect(problems(withFile('retentionRules: [{ retention: 3d }]'))[0]).toMatch(/needs a tenant or a service/);
  });

  it('reads targets to pull from, in the file and as JSON in the environment', () => {
    const { scrape } = load(withFile('scrape:\n  - { url: "http://10.0.0.7:6060", service: shop, interval: 30s }\n'));
    expect(scrape).toEqual([
      {
        url: 'http://10.0.0.7:6060/debug/pprof',
        service: 'shop',
        labels: {},
        tenant: 'default',
        intervalMs: 30_000,
        profiles: ['cpu', 'heap', 'mutex', 'block', 'goroutine'],
      },
    ]);
    const json = '[{"url":"https://a:1/x/pprof/","service":"shop","labels":{"env":"prod"},"profiles":["heap"]}]';
    expect(load({ env: { HOTSPAN_SCRAPE: json } }).scrape[0]).toMatchObject({
      url: 'https://a:1/x/pprof/',
      labels: { env: 'prod' },
      intervalMs: 15_000,
    });
  });

  it.each([
    ['[{"service":"shop"}]', /scrape\.0\.url/],
    ['[{"url":"http://u:p@a:1","service":"shop"}]', /bearerToken/],
    ['[{"url":"ftp://a:1","service":"shop"}]', /http or https/],
    ['[{"url":"http://a:1","service":"a,b"}]', /comma/],
    ['[{"url":"http://a:1","service":"a","interval":"10ms"}]', /a second or more/],
    ['[{"url":"http://a:1","service":"a","profiles":["trace"]}]', /expected one of "cpu"/],
    ['{', /must be JSON like/],
  ])('refuses the target %s', (json, reason) => {
    expect(problems({ env: { HOTSPAN_SCRAPE: json } }).join('\n')).toMatch(reason);
  });

  it('has every key in docs/configuration.md', () => {
    const text = fs.readFileSync(path.resolve(__dirname, '../docs/configuration.md'), 'utf8');
    const documented = [...text.matchAll(/^\| `([\w.]+)` \|/gm)].map((found) => found[1]);
    expect(documented.sort()).toEqual(configKeys().sort());
  });
});
