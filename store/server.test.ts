import net from 'node:net';
import { pino } from 'pino';
import { EngineUnavailable } from './engines/engine';
import { errorTable, type ErrorCode } from './errors';
import { makeMetrics } from './metrics';
import { makeServer } from './server';

const lines: string[] = [];
const app = makeServer(
  {
    logger: pino({ level: 'debug' }, { write: (line) => void lines.push(line) }),
    auth: { ingest: 'none', tokens: [] },
    metrics: makeMetrics({
      queueLength: () => 0,
      deferred: () => 0,
      batcherLength: () => 0,
      spoolBytes: () => 0,
      engineReady: () => false,
    }),
    readiness: () => ({ ready: false, reason: 'the engine is starting' }),
    status: () => Promise.reject(new EngineUnavailable('the engine is starting again')),
  },
  { ingestOnly: false }
);
app.get('/labels/:name/values', async () => ({}));
app.post('/query', async () => ({}));
app.get('/broken', async () => {
  throw new Error('inner words');
});

let url = '';
beforeAll(async () => {
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

interface Refusal {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string };
}

async function refusalOf(answer: Response): Promise<Refusal['error']> {
  const { error }: Refusal = JSON.parse(await answer.text());
  return error;
}

/** All that comes back until the store closes the connection. */
function answerTo(sent: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1', () => socket.write(sent));
    socket.on('data', (chunk) => (answer += chunk.toString()));
    socket.on('error', reject);
    socket.on('end', () => resolve(answer));
  });
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

describe('what the front answers on its own', () => {
  it.each<[what: string, method: Method, path: string, status: number, code: string, message: RegExp]>([
    ['a path that is none', 'GET', '/nope?x=1', 404, 'not_found', /^there is nothing at GET \/nope$/],
    ['another method', 'GET', '/query', 405, 'method_not_allowed', /^\/query takes POST, not GET$/],
    ['another method of a path with a name', 'PUT', '/labels/a.b/values', 405, 'method_not_allowed', /takes GET, HEAD/],
    ['a broken escape', 'GET', '/%E0%A4%A', 400, 'bad_request', /escape/],
    ['a name without end', 'GET', `/labels/${'x'.repeat(5000)}/values`, 400, 'bad_request', /longer than 4096/],
    ['an engine that starts again', 'GET', '/api/v1/status', 503, 'engine_unavailable', /does not answer/],
    ['a fault of ours', 'GET', '/broken', 500, 'internal', /^the request failed inside Hotspan$/],
  ])('%s', async (_what, method, path, status, code, message) => {
    const answer = await fetch(url + path, { method });
    const error = await refusalOf(answer);
    expect({ status: answer.status, code: error.code }).toEqual({ status, code });
    expect(error.message).toMatch(message);
    expect(error.hint).not.toBe('');
  });

  it.each<[what: string, sent: string, status: number, code: ErrorCode]>([
    [
      'headers without end',
      `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['no HTTP', 'hello\r\n\r\n', 400, 'bad_request'],
  ])('%s, in the same form', async (_what, sent, status, code) => {
    const answer = await answerTo(sent);
    const [head, body] = answer.split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toContain(`content-length: ${Buffer.byteLength(body)}`);
    expect(JSON.parse(body)).toEqual({ error: { code, message: expect.any(String), hint: errorTable[code].hint } });
  });

  it('takes long names', async () => {
    const answer = await fetch(`${url}/labels/${'x'.repeat(1000)}/values`);
    expect(answer.status).toBe(200);
  });

  it.each([
    ['too much', 'application/json', `"${'x'.repeat(5 * 2 ** 20)}"`, 413, /4 MiB/],
    ['another type', 'text/css', '{}', 400, /"text\/css" is not read here/],
  ])('says why it refuses %s', async (_what, type, body, status, message) => {
    const answer = await fetch(`${url}/query`, { method: 'POST', headers: { 'content-type': type }, body });
    expect(answer.status).toBe(status);
    expect((await refusalOf(answer)).message).toMatch(message);
  });

  it('shows and logs no token of a path', async () => {
    for (const path of ['/token/secret-one', '/token/secret-one/token/secret-two/query']) {
      const answer = await fetch(url + path);
      expect(answer.status).toBe(404);
      expect(await answer.text()).not.toContain('secret');
    }
    expect(lines.join('')).not.toContain('secret');
  });
});
