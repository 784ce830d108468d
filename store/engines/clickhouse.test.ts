import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { openClickhouseEngine } from './clickhouse';
import { describeEngine } from './engine.contract';

// Needs a server, which isn't part of the checkout: HOTSPAN_TEST_CLICKHOUSE_URL=http://user:password@127.0.0.1:8123
const serverUrl = process.env.HOTSPAN_TEST_CLICKHOUSE_URL;

/** A certificate that only these tests use, see tests/fixtures/README.md. */
function tls(name: string): Buffer {
  return fs.readFileSync(path.resolve(__dirname, '../../tests/fixtures/tls', name));
}

describe('openClickhouseEngine', () => {
  it('opens without a server, is not ready and fails as unavailable', async () => {
    const engine = await openClickhouseEngine({
      url: 'http://127.0.0.1:9',
      user: 'u',
      password: '',
      database: 'hotspan',
    });
    expect(engine.ready).toBe(false);
    await expect(engine.select({ sql: 'SELECT 1' })).rejects.toMatchObject({ name: 'EngineUnavailable' });
    await expect(engine.insert('samples', Uint8Array.of(1), 't')).rejects.toMatchObject({ name: 'EngineUnavailable' });
    await engine.close();
  });

  it.each([
    ['trusts a certificate of the authority that it was given', tls('certificate.pem'), true],
    ['trusts no other', undefined, false],
  ])('%s', async (_, caCertificate, ready) => {
    const server = https.createServer({ cert: tls('certificate.pem'), key: tls('key.pem') }, (_request, response) =>
      response.end('Ok.\n')
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `https://127.0.0.1:${port}`;
    const engine = await openClickhouseEngine({ url, user: 'u', password: '', database: 'hotspan', caCertificate });
    expect(engine.ready).toBe(ready);
    await engine.close();
    server.closeAllConnections();
    server.close();
  });

  it('refuses a database name that is no identifier', async () => {
    const options = { url: 'http://127.0.0.1:9', user: 'u', password: '', database: 'a; DROP' };
    await expect(openClickhouseEngine(options)).rejects.toThrow('letters, digits and underscores');
  });
});

if (serverUrl) {
  const { username, password, origin } = new URL(serverUrl);
  const database = `hotspan_test_${randomBytes(6).toString('hex')}`;
  describeEngine('ClickHouse server', () => openClickhouseEngine({ url: origin, user: username, password, database }));
}
