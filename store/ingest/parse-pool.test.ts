import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { configSchema } from '../config';
import { ContentFilter } from './content-filter';
import { startParsePool } from './parse-pool';

/** A worker that takes as long as the job's body has milliseconds in it. */
const slowWorker = `export default async ({ body }) => {
  await new Promise((resolve) => setTimeout(resolve, body.length));
  return { parsed: { key: '', uploads: [], rejected: 0, reason: '' }, tookMs: body.length };
};`;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-pool-'));
const workerFile = path.join(folder, 'worker.mjs');
fs.writeFileSync(workerFile, slowWorker);
afterAll(() => fs.rmSync(folder, { recursive: true }));

function poolThatReadsFor(parseSeconds: number) {
  const limits = { ...configSchema.parse({}).limits, parseSeconds };
  const content = new ContentFilter(100);
  return startParsePool({ content, workerFile, threads: 1, limits, defaultService: '', retentionDays: 0 });
}

const request = {
  intake: 'datadog',
  tenant: '',
  receivedMs: 0,
  peer: '',
  contentType: 'text/plain',
  query: '',
  headers: {},
} as const;
const jobOf = (ms: number) => ({ request, body: new Uint8Array(ms), sequence: 1, keepUnreadable: false });

test('refuses what takes too long to read, and not what waited for its turn', async () => {
  const pool = poolThatReadsFor(2);
  // Ten seconds of reading in all.
  const many = Array.from({ length: 20 }, () => pool.parse(jobOf(500)));
  expect(await Promise.all(many)).toHaveLength(20);
  await expect(pool.parse(jobOf(60_000))).rejects.toMatchObject({ code: 'unreadable_profile' });
  expect(pool.size()).toBe(0);
  await pool.close();
}, 60_000);
