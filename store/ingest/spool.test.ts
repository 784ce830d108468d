import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { RecordHeader } from './segment-format';
import { openSpool, type Spool } from './spool';

const logger = pino({ level: 'silent' });
let dir = '';

beforeEach(() => {
  dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-spool-'));
  jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'setInterval', 'clearInterval', 'performance'] });
});
afterEach(() => {
  jest.useRealTimers();
  fs.rmSync(dir, { recursive: true });
});

const open = () => openSpool({ dir, maxPendingBytes: 2 ** 20, logger });
const header = (number: number): RecordHeader => ({
  id: `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`,
  key: '',
  request: {
    intake: 'datadog',
    tenant: '',
    receivedMs: Date.now(),
    peer: '',
    contentType: 'text/plain',
    query: '',
    headers: {},
  },
});

async function append(spool: Spool, number: number, at: string) {
  jest.setSystemTime(new Date(at));
  return spool.append(header(number), Buffer.from(`body ${number}`));
}

const waiting = ({ toReplay }: Spool) => toReplay.map((record) => Number(record.header.id.slice(-12)));

test('a clock that is set back over the hour hides no record from the replay', async () => {
  const spool = open();
  const first = await append(spool, 1, '2026-11-22T11:10:00Z');
  await append(spool, 2, '2026-11-22T12:10:00Z');
  spool.done(first);
  await append(spool, 3, '2026-11-22T11:20:00Z');
  await spool.close();
  const next = open();
  expect(waiting(next)).toEqual([2, 3]);
  await next.close();
});

test('a start after the clock was wrong goes on behind the checkpoint, also where its segment is gone', async () => {
  const spool = open();
  spool.done(await append(spool, 1, '2031-01-01T00:00:00Z'));
  await spool.close();
  fs.readdirSync(dir)
    .filter((name) => name.endsWith('.seg'))
    .forEach((name) => fs.rmSync(path.join(dir, name)));
  const after = open();
  const { segment } = await append(after, 2, '2026-11-22T11:10:00Z');
  await append(after, 3, '2026-11-22T12:10:00Z');
  await after.close();
  expect(segment).toBe('2031010100-00001.seg');
  const last = open();
  expect(waiting(last)).toEqual([2, 3]);
  await last.close();
});

test('refuses with a code when the folder is gone', async () => {
  const spool = open();
  fs.rmSync(dir, { recursive: true });
  await expect(spool.append(header(1), Buffer.from('x'))).rejects.toMatchObject({ code: 'spool_failed' });
  fs.mkdirSync(dir);
  await spool.close();
});
