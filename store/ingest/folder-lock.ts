import { createHash } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

/** Another process writes to the folder. */
export class FolderInUse extends Error {
  constructor(dir: string) {
    super(`The data folder ${dir} is in use by another store. Give each store a folder of its own.`);
    this.name = 'FolderInUse';
  }
}

/** Longest path of a socket that all systems take. */
const longestSocketPath = 100;

/**
 * Keeps a second store out of a folder, as the embedded engine does by itself. The lock is a socket in the folder that this process
 * listens on: unlike a file with a process id it is void as soon as its owner is gone, in containers too. Returns the release.
 * Throws `FolderInUse`.
 */
export async function lockFolder(dir: string): Promise<() => Promise<void>> {
  const file = socketPath(dir);
  const server = net.createServer((socket) => socket.destroy());
  server.unref();
  if (!(await listens(server, file))) {
    if (await answers(file)) {
      throw new FolderInUse(dir);
    }
    fs.rmSync(file, { force: true });
    if (!(await listens(server, file))) {
      throw new FolderInUse(dir);
    }
  }
  return () => new Promise<void>((resolve) => server.close(() => resolve()));
}

function socketPath(dir: string): string {
  const inside = path.join(fs.realpathSync(dir), 'lock.sock');
  const name = createHash('sha256').update(inside).digest('hex').slice(0, 32);
  return inside.length <= longestSocketPath ? inside : path.join(os.tmpdir(), `hotspan-${name}.sock`);
}

/** False = something is at the path already. */
function listens(server: net.Server, file: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => (Reflect.get(error, 'code') === 'EADDRINUSE' ? resolve(false) : reject(error));
    server.once('error', failed);
    server.listen(file, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

function answers(file: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(file);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
