import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { pino } from 'pino';
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

const told: string[] = [];
const logger = pino({ level: 'error' }, { write: (line) => told.push(line) });

function poolThatReadsFor(parseSeconds: number, threads = 1, file = workerFile) {
  const limits = { ...configSchema.parse({}).limits, parseSeconds };
  const content = new ContentFilter(100);
  return startParsePool({ content, logger, workerFile: file, threads, limits, defaultService: '', retentionDays: 0 });
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

test('refuses nothing because it waited for its turn', async () => {
  const pool = poolThatReadsFor(3);
  // Five seconds of reading in all.
  const many = Array.from({ length: 12 }, () => pool.parse(jobOf(400)));
  expect(await Promise.all(many)).toHaveLength(12);
  expect(pool.size()).toBe(0);
  await pool.close();
}, 60_000);

test('refuses what takes too long to read, and reads on', async () => {
  const pool = poolThatReadsFor(1);
  await expect(pool.parse(jobOf(600_000))).rejects.toMatchObject({ code: 'unreadable_profile' });
  await pool.close();
}, 60_000);

test('a thread that can not start is told of, and others go on', async () => {
  const file = path.join(folder, 'gone.mjs');
  fs.copyFileSync(workerFile, file);
  const pool = poolThatReadsFor(60, 2, file);
  await pool.parse(jobOf(1));
  fs.rmSync(file);
  await Promise.allSettled([pool.parse(jobOf(300)), pool.parse(jobOf(300))]);
  // A thread takes its time to fail on a busy machine; the uploads are read by the other meanwhile.
  while (told.length === 0) {
    await setTimeout(50);
  }
  expect(told.join()).toContain('a thread that reads uploads failed');
  expect(await pool.parse(jobOf(1))).toBeDefined();
  await pool.close();
}, 60_000);
