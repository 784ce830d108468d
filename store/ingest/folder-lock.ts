import { createHash, randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Another process writes to the folder. */
export class FolderInUse extends Error {
  constructor(dir: string) {
    super(`The data folder ${dir} is in use by another store. Give each store a folder of its own.`);
    this.name = 'FolderInUse';
  }
}

/** Longest path of a socket that all systems take. */
const longestSocketPath = 100;
/** Of two that start at once, the one that stays waits this long for the other to give up. */
const rivalWaitMs = 1000;
const rivalCheckMs = 20;
/** Between being made and being listened to, a socket looks as if its process were gone. */
const secondLookMs = 50;

/**
 * Keeps a second store out of a folder, as the embedded engine does by itself. The lock is a socket in the folder that this process
 * listens on: unlike a file with a process id it is void as soon as its owner is gone, in containers too. Each one that wants the folder
 * makes a socket of its own before it looks for others, so of two at least one sees the other; names are never used again, so one that
 * nobody listens on can be removed by anybody. Returns the release. Throws `FolderInUse`.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const { folder, prefix } = placeOf(dir);
  const own = `${prefix}-${randomBytes(4).toString('hex')}.sock`;
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  await listen(server, path.join(folder, own));
  const release = () => new Promise<void>((resolve) => server.close(() => resolve()));
  try {
    if (await isAlone(folder, prefix, own)) {
      return release;
    }
  } catch (error) {
    await release();
    throw error;
  }
  await release();
  throw new FolderInUse(dir);
}

/** Where the sockets are, and how their names begin: in the temporary folder when the path is too long. */
function placeOf(dir: string): { readonly folder: string; readonly prefix: string } {
  const real = fs.realpathSync(dir);
  if (path.join(real, 'lock-01234567.sock').length <= longestSocketPath) {
    return { folder: real, prefix: 'lock' };
  }
  const name = createHash('sha256').update(path.join(real, 'lock.sock')).digest('hex').slice(0, 32);
  return { folder: os.tmpdir(), prefix: `hotspan-${name}` };
}

/** False = another process has the folder. Of those that start at once the first by name stays, when all others have gone. */
async function isAlone(folder: string, prefix: string, own: string): Promise<boolean> {
  const untilMs = performance.now() + rivalWaitMs;
  for (;;) {
    const names = fs.readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.sock'));
    const others = await living(
      folder,
      names.filter((name) => name !== own)
    );
    if (others.length === 0) {
      return names.includes(own);
    }
    if (others.some((name) => name < own) || performance.now() > untilMs) {
      return false;
    }
    await sleep(rivalCheckMs);
  }
}

/** Sockets that a process listens on; the others are removed. */
async function living(folder: string, names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) {
    const file = path.join(folder, name);
    if (await answersSoon(file)) {
      found.push(name);
    } else {
      fs.rmSync(file, { force: true });
    }
  }
  return found;
}

function listen(server: net.Server, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(file, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answersSoon(file: string): Promise<boolean> {
  if (await answers(file)) {
    return true;
  }
  await sleep(secondLookMs);
  return answers(file);
}

/** Only a refused connection says that nobody listens: a busy process may refuse to queue one more. */
function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error) => resolve(!['ECONNREFUSED', 'ENOENT'].includes(String(Reflect.get(error, 'code')))));
  });
}
