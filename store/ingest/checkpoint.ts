import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isSegmentName, syncDirectory } from './segments';

/** Every record before this is inserted. */
export interface Position {
  readonly segment: string;
  readonly offset: number;
}

const schema = z.object({
  segment: z.string().refine((name) => name === '' || isSegmentName(name)),
  offset: z.number().int().nonnegative(),
});
const fileName = 'checkpoint.json';

/** Without a readable checkpoint everything is looked at again, which costs time but loses nothing. */
export function readCheckpoint(dir: string): Position {
  try {
    return schema.parse(JSON.parse(fs.readFileSync(path.join(dir, fileName), 'utf8')));
  } catch {
    return { segment: '', offset: 0 };
  }
}

export function writeCheckpoint(dir: string, position: Position): void {
  const draft = path.join(dir, `${fileName}.new`);
  const file = fs.openSync(draft, 'w');
  try {
    fs.writeSync(file, JSON.stringify(position));
    fs.fdatasyncSync(file);
  } finally {
    fs.closeSync(file);
  }
  fs.renameSync(draft, path.join(dir, fileName));
  syncDirectory(dir);
}
