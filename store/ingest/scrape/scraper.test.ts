import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { UploadRequest } from '../upload-request';
import { understandRequest } from '../understand';
import { startScraper, type ScrapeOutcome } from './scraper';
import { scrapedProfiles, type ScrapeTarget } from './target';

const limits = { bodyBytes: 1e6, partBytes: 1e6, decompressedBytes: 1e6, parts: 20, labels: 20, labelValueBytes: 200 };

interface Accepted {
  readonly request: UploadRequest;
  readonly body: Uint8Array<ArrayBuffer>;
}

describe('the scraper', () => {
  let server: http.Server;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let asked: IncomingMessage[];
  let running: { stop: () => Promise<void> } | undefined;

  beforeEach(async () => {
    asked = [];
    answer = (request, response) => response.end(`content of ${request.url}`);
    server = http.createServer((request, response) => {
      asked.push(request);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    await running?.stop();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const address = () => `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const target = (more: Partial<ScrapeTarget> = {}): ScrapeTarget => ({
    url: `http://${address()}/debug/pprof`,
    service: 'shop',
    labels: { env: 'prod' },
    tenant: 'default',
    intervalMs: 30,
    profiles: scrapedProfiles,
    ...more,
  });

  /** Runs until so many rounds are done. */
  async function rounds(count: number, asTarget: ScrapeTarget, accept?: () => Promise<void>) {
    const accepted: Accepted[] = [];
    const outcomes: ScrapeOutcome[] = [];
    const log: string[] = [];
    const note = (details: unknown, message?: string) => log.push(`${message}: ${JSON.stringify(details)}`);
    await new Promise<void>((resolve) => {
      running = startScraper([asTarget], {
        maxBytes: 1000,
        logger: { info: note, warn: note } as never,
        accept: async (request, body) => {
          await accept?.();
          accepted.push({ request, body });
        },
        onScrape: (outcome) => {
          outcomes.push(outcome);
          if (outcomes.length === count) {
            resolve();
          }
        },
      });
    });
    await running?.stop();
    return { accepted, outcomes, log };
  }

  const uploadOf = async ({ request, body }: Accepted) => {
    const understood = await understandRequest(body, { request, limits, defaultService: 'none' });
    if (understood.kind !== 'uploads') {
      throw new Error('not an upload');
    }
    return understood.uploads[0];
  };

  it('makes an upload of every round, with the files that count from the start marked so', async () => {
    const { accepted, outcomes } = await rounds(2, target({ bearerToken: 'abc' }));
    expect(outcomes).toEqual(['ok', 'ok']);
    const upload = await uploadOf(accepted[0]);
    expect(Object.fromEntries(upload.labels)).toEqual({
      service: 'shop',
      env: 'prod',
      language: 'go',
      'service.instance.id': address(),
    });
    expect(upload.attachments.map(({ name, hints }) => [name, hints?.isCumulative ?? false])).toEqual([
      ['cpu.pprof', false],
      ['heap.pprof', true],
      ['mutex.pprof', true],
      ['block.pprof', true],
      ['goroutines.pprof', false],
    ]);
    expect(new TextDecoder().decode(upload.attachments[0].bytes)).toBe('content of /debug/pprof/profile?seconds=1');
    expect(upload.endNs - upload.startNs).toBeGreaterThanOrEqual(29_000_000n);
    expect(asked.every(({ headers }) => headers.authorization === 'Bearer abc')).toBe(true);
    expect(new Set(accepted.map(({ request }) => request.contentType)).size).toBe(2);
  });

  it('keeps what it got when a profile is missing, and says so once', async () => {
    answer = ({ url }, response) => {
      response.statusCode = url?.endsWith('mutex') ? 404 : 200;
      response.end(url?.endsWith('mutex') ? 'Unknown profile\nmore' : 'ok');
    };
    const { accepted, outcomes, log } = await rounds(3, target());
    expect(outcomes).toEqual(['partly', 'partly', 'partly']);
    expect((await uploadOf(accepted[0])).attachments.map(({ name }) => name)).not.toContain('mutex.pprof');
    expect(log).toHaveLength(1);
    expect(log[0]).toContain('mutex: it answered 404: Unknown profile');
  });

  it.each<[string, (request: IncomingMessage, response: ServerResponse) => void, RegExp]>([
    [
      'a redirect',
      (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      /redirect/,
    ],
    [
      'a web page',
      (_request, response) => response.setHeader('content-type', 'text/html; charset=utf-8').end('<html>'),
      /web page/,
    ],
    ['a huge answer', (_request, response) => response.end(Buffer.alloc(2000)), /more than 1000 bytes/],
    ['a broken answer', (request) => request.socket.destroy(), /heap: /],
  ])('takes nothing of %s', async (_name, bad, reason) => {
    answer = bad;
    const { accepted, outcomes, log } = await rounds(1, target({ profiles: ['heap'] }));
    expect(accepted).toEqual([]);
    expect(outcomes).toEqual(['failed']);
    expect(log[0]).toMatch(reason);
  });

  it('goes on after a store that takes nothing, and tells when all is well again', async () => {
    let calls = 0;
    const { accepted, outcomes, log } = await rounds(3, target({ profiles: ['heap'] }), async () => {
      if (++calls === 1) {
        throw new Error('the spool is full');
      }
    });
    expect(outcomes).toEqual(['failed', 'ok', 'ok']);
    expect(accepted).toHaveLength(2);
    expect(log).toEqual([
      expect.stringContaining('the spool is full'),
      expect.stringContaining('pulled from this target again'),
    ]);
  });

  it('stops in the middle of a profile', async () => {
    const waiting = new Promise<void>((resolve) => (answer = () => resolve()));
    const scraper = startScraper([target()], {
      maxBytes: 1000,
      logger: { info: () => undefined, warn: () => undefined },
      accept: () => Promise.reject(new Error('nothing may be sent')),
      onScrape: () => {
        throw new Error('nothing was pulled');
      },
    });
    await waiting;
    await scraper.stop();
    expect(asked).toHaveLength(1);
  });
});
