import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { configSchema } from '../config';
import { startBatcher } from './batcher';
import { ContentFilter } from './content-filter';
import { CumulativeFiles } from './cumulative-files';
import { Duplicates } from './duplicates';
import { makeIntake } from './intake';
import { OpenGroups } from './open-groups';
import { startParsePool } from './parse-pool';
import { makeProfileSequence } from './profile-sequence';
import { makeRawUploads } from './raw-uploads';
import type { RecordHeader } from './segment-format';
import { openSpool } from './spool';

const workerFile = path.resolve(__dirname, '../../build/store/parse-worker.mjs');
const logger = pino({ level: 'silent' });

const header: RecordHeader = {
  id: '00000000-0000-4000-8000-000000000001',
  key: '',
  request: {
    intake: 'datadog',
    tenant: '',
    receivedMs: 0,
    peer: '',
    contentType: 'text/plain',
    query: '',
    headers: {},
  },
};

/** An intake whose workers have ended, and one record that waits to be read. */
async function startWithoutWorkers() {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'hotspan-intake-'));
  const content = new ContentFilter(100);
  const { limits } = configSchema.parse({});
  const pool = startParsePool({
    content,
    logger,
    workerFile,
    threads: 1,
    limits,
    defaultService: '',
    retentionDays: 0,
  });
  const spool = openSpool({ dir, maxPendingBytes: 2 ** 20, logger });
  const engine = { insert: async () => undefined };
  const intake = makeIntake({
    pool,
    spool,
    batcher: startBatcher({ engine, content, logger, whenReady: Promise.resolve() }),
    duplicates: new Duplicates(1000, 10),
    rawUploads: makeRawUploads(dir, pool),
    sequence: makeProfileSequence(),
    groups: new OpenGroups(1000, 10),
    cumulative: new CumulativeFiles({ find: async () => undefined }),
    logger,
    maxWaitMs: 1000,
  });
  const record = { id: header.id, ref: await spool.append(header, Buffer.from('body')) };
  await pool.close();
  const close = () => spool.close().then(() => fs.rmSync(dir, { recursive: true }));
  return { intake, spool, record, close };
}

it.each([
  ['gives up a stored record that no worker can read', false, 0],
  ['leaves stored records to the next start once it is stopped', true, 1],
])('%s', async (_, stopped, waiting) => {
  const { intake, spool, record, close } = await startWithoutWorkers();
  if (stopped) {
    intake.stop();
  }
  await intake.readStored(record);
  expect(spool.pendingRecords()).toBe(waiting);
  await close();
});
