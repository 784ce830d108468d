import fs from 'node:fs';
import path from 'node:path';
import { parseTags } from './labels';
import { loadRequest, recordedNames } from './recorded-parts';
import { parseTimeNs } from './times';
import { understandRequest } from './understand';
import type { Upload } from './upload';
import { defaultLimits as limits } from '../../tests/integration/default-limits';

interface ExpectedPart {
  readonly name: string;
  readonly filename: string | null;
  readonly inflated_size: number;
  readonly text?: string;
  readonly tags?: Record<string, string>;
  readonly event?: { start: string; end: string; endpoint_counts?: Record<string, number> | null };
}
const expected: Record<string, { parts: ExpectedPart[] }> = JSON.parse(
  fs.readFileSync(path.resolve(__dirname, '../../tests/fixtures/uploads/EXPECTED.json'), 'utf8')
);
async function understand(name: string): Promise<Upload> {
  return understandParts(loadRequest(name));
}

async function understandParts({
  contentType,
  headers,
  body,
}: Pick<ReturnType<typeof loadRequest>, 'contentType' | 'headers' | 'body'>): Promise<Upload> {
  const request = {
    intake: 'datadog' as const,
    tenant: 't',
    receivedMs: 1,
    peer: '127.0.0.1',
    contentType,
    query: '',
    headers,
  };
  const understood = await understandRequest(body, { request, limits, defaultService: 'unnamed-service' });
  if (understood.kind !== 'uploads') {
    throw new Error('not a form');
  }
  return understood.uploads[0];
}

const languages: Record<string, string> = { jvm: 'java', javascript: 'node' };

describe('the agent form', () => {
  it.each(recordedNames('dd-').filter((name) => !name.includes('old-v3')))(
    '%s: parts, tags, window, endpoint counts',
    async (name) => {
      const upload = await understand(name);
      const { parts } = expected[`recordings/${name}`];
      const event = parts.find((part) => part.event);
      const files = parts.filter((part) => !part.event);
      expect(upload.attachments.map(({ name: file, bytes }) => [file, bytes.length])).toEqual(
        files.map((part) => [part.filename, part.inflated_size])
      );
      const { language, ...tags } = event?.tags ?? {};
      expect(Object.fromEntries(upload.labels)).toMatchObject(tags);
      expect(upload.labels.get('language')).toBe(languages[language] ?? language ?? name.split('-')[1]);
      expect([upload.startNs, upload.endNs]).toEqual([
        parseTimeNs(event?.event?.start ?? ''),
        parseTimeNs(event?.event?.end ?? ''),
      ]);
      expect(Object.fromEntries(upload.endpointCounts)).toEqual(event?.event?.endpoint_counts ?? {});
    }
  );

  it.each(recordedNames('dd-').filter((name) => name.includes('old-v3')))(
    '%s: the older form of fields',
    async (name) => {
      const upload = await understand(name);
      const { parts } = expected[`recordings/${name}`];
      const field = (...names: string[]) => parts.find((part) => names.includes(part.name))?.text ?? '';
      const tags = Object.fromEntries(
        parts.filter((part) => part.name === 'tags[]').flatMap((part) => parseTags(part.text ?? ''))
      );
      expect(Object.fromEntries(upload.labels)).toMatchObject({
        ...tags,
        language: name.includes('java') ? 'java' : 'go',
      });
      expect([upload.startNs, upload.endNs]).toEqual([
        parseTimeNs(field('start', 'recording-start')),
        parseTimeNs(field('end', 'recording-end')),
      ]);
      const files = name.includes('java')
        ? ['main.jfr']
        : [
            'cpu.pprof',
            'delta-heap.pprof',
            'delta-block.pprof',
            'delta-mutex.pprof',
            'goroutines.pprof',
            'metrics.json',
          ];
      expect(upload.attachments.map((attachment) => attachment.name)).toEqual(files);
    }
  );

  it('leaves out of the endpoint counts what is no count', async () => {
    const counts = '{"GET /":12,"huge":1e300,"negative":-5,"text":"7","half":1.6}';
    const event = `{"start":"2026-11-25T03:00:00Z","end":"2026-11-25T03:01:00Z","endpoint_counts":${counts}}`;
    const part = (name: string, text: string) =>
      `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${text}\r\n`;
    const body = new Uint8Array(Buffer.from(`${part('event', event)}${part('cpu.folded', 'a;b 1')}--b--\r\n`));
    const upload = await understandParts({ contentType: 'multipart/form-data; boundary=b', headers: {}, body });
    expect(Object.fromEntries(upload.endpointCounts)).toEqual({ 'GET /': 12, half: 2 });
  });
});
