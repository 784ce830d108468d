/**
 * Fills a data folder: `node tests/bench/run.mjs generator/main --data-dir DIR [--day-hosts 10] [--day-minutes 1440]
 * [--services 20] [--hosts 10] [--days 7] [--seed 1] [--end MS]`. A folder that is there already gets more; `DIR/bench.json` says what is in it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fillFolder } from './fill-folder';

const { values } = parseArgs({
  options: {
    'data-dir': { type: 'string', default: path.join(os.tmpdir(), 'hotspan-bench-data') },
    'day-hosts': { type: 'string', default: '10' },
    'day-minutes': { type: 'string', default: '1440' },
    services: { type: 'string', default: '20' },
    hosts: { type: 'string', default: '10' },
    days: { type: 'string', default: '7' },
    seed: { type: 'string', default: '1' },
    end: { type: 'string' },
  },
});

const dataDir = path.resolve(values['data-dir']);
const content = await fillFolder(
  dataDir,
  {
    seed: Number(values.seed),
    dayHosts: Number(values['day-hosts']),
    dayMinutes: Number(values['day-minutes']),
    services: Number(values.services),
    hosts: Number(values.hosts),
    days: Number(values.days),
    endMs: values.end === undefined ? undefined : Number(values.end),
  },
  (line) => process.stdout.write(`${line}\n`)
);
fs.writeFileSync(path.join(dataDir, 'bench.json'), JSON.stringify(content, null, 2));
process.stdout.write(`${JSON.stringify(content, null, 2)}\n`);
