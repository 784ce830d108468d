/**
 * Fills a data folder: `node tests/bench/run.mjs generator/main --data-dir DIR [--day-hosts 10] [--day-minutes 1440]
 * [--services 20] [--hosts 10] [--days 7] [--seed 1] [--end MS]`. A folder that is there already gets more
 * (`--day-hosts 0` or `--services 0` = none of these); `DIR/bench.json` says what is in it.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fillFolder, together, type FolderContent } from './fill-folder';

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
const contentFile = path.join(dataDir, 'bench.json');
const added = await fillFolder(
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
const before: FolderContent | undefined = fs.existsSync(contentFile)
  ? JSON.parse(fs.readFileSync(contentFile, 'utf8'))
  : undefined;
const content = JSON.stringify(before === undefined ? added : together(before, added), null, 2);
fs.writeFileSync(contentFile, content);
process.stdout.write(`${content}\n`);
