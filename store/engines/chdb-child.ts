/**
 * Entry of the engine child, the only process that loads chDB. It owns the data folder, answers on a loopback port and talks
 * with its parent (`chdb.ts`) over IPC: `start` in, `listening`, `alive` and `stuck` out. It ends when the parent says so or
 * goes away.
 */
import path from 'node:path';
import { startMessage, type ChildMessage, type StartMessage } from './chdb-messages';
import { startChdbHttp } from './chdb-http';
import { openChdbSessions, type ChdbModule } from './chdb-sessions';

const aliveIntervalMs = 1000;
/** After this, closing has hung and the process ends anyway: what was acknowledged is on disk. */
const closeTimeoutMs = 8000;

function send(message: ChildMessage): void {
  if (process.connected) {
    process.send?.(message);
  }
}

async function loadChdb(): Promise<ChdbModule> {
  try {
    return await import('chdb');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      'The embedded engine needs the optional package chdb (glibc Linux or macOS). Install it, or set the URL of a ' +
        `ClickHouse server instead. (${reason.split('\n')[0]})`
    );
  }
}

async function start({ dataDir, secret, memoryBytes, folderWaitMs }: StartMessage): Promise<void> {
  const chdb = await loadChdb();
  const sessions = await openChdbSessions(chdb, {
    dataDir,
    memoryBytes,
    folderWaitMs,
    onStuck: (message) => send({ type: 'stuck', message }),
  });
  const { server, port } = await startChdbHttp({ sessions, secret, incomingDir: path.join(dataDir, 'incoming') });
  const stop = async () => {
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), closeTimeoutMs).unref();
    server.close();
    await sessions.close();
    process.exit(0);
  };
  process.once('SIGTERM', () => void stop());
  // Ctrl-C reaches the whole process group; the parent decides when the engine ends.
  process.on('SIGINT', () => undefined);
  process.once('disconnect', () => void stop());
  if (!process.connected) {
    // The parent died while the folder was being opened: nobody else would ever end this process and free the folder.
    return stop();
  }
  setInterval(() => send({ type: 'alive' }), aliveIntervalMs).unref();
  send({ type: 'listening', port });
}

process.once('message', (message) => {
  start(startMessage.parse(message)).catch((error: unknown) => {
    send({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  });
});
