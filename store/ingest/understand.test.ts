import fs from 'node:fs';
import path from 'node:path';
import { eventPart, makeForm, type FormPart } from '../../tests/integration/form';
import { HotspanError } from '../errors';
import { makeContentHasher } from './content-ids';
import { readRequest } from './read-request';
import { understandRequest } from './understand';
import type { UploadRequest } from './upload-request';
import { defaultLimits as limits } from '../../tests/integration/default-limits';

const cpu = fs.readFileSync(path.resolve(__dirname, '../../tests/fixtures/uploads/files/go-runtime-cpu.pprof'));
const file = (name: string, bytes: Uint8Array): FormPart => ({ name, fileName: name, bytes });
const good = file('cpu.pprof', cpu);
const cut = file('heap.pprof', cpu.subarray(0, cpu.length - 200));
const json = file('metrics.json', Buffer.from('[]'));
const event = eventPart(Date.UTC(2026, 10, 22, 12), 'service:shop');

/** Code of the refusal, or status, format and reason of the profile. */
async function outcome(parts: readonly FormPart[]): Promise<string> {
  const { contentType, body } = makeForm(parts);
  const request: UploadRequest = {
    intake: 'datadog',
    tenant: 't',
    receivedMs: Date.UTC(2026, 10, 22, 12),
    peer: '127.0.0.1',
    contentType,
    query: '',
    headers: {},
  };
  const context = { request, limits, defaultService: 'unnamed-service' };
  const bytes = new Uint8Array(body);
  const hasher = await makeContentHasher();
  try {
    const understood = await understandRequest(bytes, context);
    const more = { retentionDays: 0, sequence: 0, bodyBytes: bytes.length, hasher };
    const { row } = readRequest(understood, { ...context, ...more }).uploads[0];
    return `${row.status} ${row.sampleCount > 0} ${row.reason}`;
  } catch (error) {
    return error instanceof HotspanError ? `${error.code}: ${error.message}` : String(error);
  }
}

describe('files that can not be decompressed', () => {
  it.each<[what: string, parts: readonly FormPart[], expected: RegExp]>([
    ['do not spoil the others', [event, good, cut], /^ok true heap\.pprof: the gzip data is damaged/],
    ['are refused alone', [event, cut], /^unreadable_profile: heap\.pprof: the gzip data is damaged/],
    ['are refused beside what is no profile', [event, json, cut], /^unreadable_profile: heap\.pprof: the gzip/],
    [
      'are refused in numbers',
      [event, good, ...Array.from({ length: 9 }, (_, at) => ({ ...cut, name: `p${at}`, fileName: `p${at}` }))],
      /^unreadable_profile: p8: /,
    ],
  ])('%s', async (_what, parts, expected) => {
    expect(await outcome(parts)).toMatch(expected);
  });
});

it.each([
  ['[]', /^bad_event: the part "event" is not a JSON object$/],
  ['{"start": 5}', /^bad_event: the part "event" lacks start and end as a text$/],
  ['{', /^bad_event: the part "event" is not JSON$/],
])('an event of %s is refused', async (text, expected) => {
  expect(await outcome([{ ...event, bytes: Buffer.from(text) }, good])).toMatch(expected);
});
