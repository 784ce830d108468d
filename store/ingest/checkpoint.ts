import fs from 'node:fs';
import { open, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { isSegmentName } from './segments';

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

/** Off the main thread: a sync takes as long as the disk likes, and uploads wait for none of it. */
export async function writeCheckpoint(dir: string, position: Position): Promise<void> {
  const draft = path.join(dir, `${fileName}.new`);
  const file = await open(draft, 'w');
  try {
    await file.writeFile(JSON.stringify(position));
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, path.join(dir, fileName));
  await syncDirectoryLater(dir);
}

async function syncDirectoryLater(dir: string): Promise<void> {
  const handle = await open(dir, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
