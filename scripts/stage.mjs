// Starts the store and the test host from a build, for the demo and the browser tests.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { root } from './steps.mjs';

/** `wanted` when it is free on loopback, else any free port. */
export function freePort(wanted = 0) {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.on('error', () => (wanted ? resolve(freePort()) : reject(new Error('no free port'))));
    server.listen(wanted, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function waitFor(url, child, seconds) {
  const until = Date.now() + seconds * 1000;
  while (Date.now() < until) {
    if (child.exitCode !== null) {
      throw new Error(`${child.spawnfile} ended with code ${child.exitCode}, see ${child.logFile}`);
    }
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 150));
  }
  throw new Error(`${url} did not answer within ${seconds} s, see ${child.logFile}`);
}

function start(command, args, env, logFile) {
  fs.mkdirSync(path.dirname(logFile), { recursive: true });
  const log = fs.openSync(logFile, 'w');
  const child = spawn(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', log, log] });
  child.logFile = logFile;
  return child;
}

/** The store of build/store on `dataDir`. Resolves when it takes uploads: { url, child, stop }. */
export async function startStore({ dataDir, port = 0, logFile, args = [] }) {
  const listen = `127.0.0.1:${await freePort(port)}`;
  const child = start(
    process.execPath,
    ['build/store/main.mjs', 'store', '--data-dir', dataDir, '--listen', listen, ...args],
    {},
    logFile
  );
  await waitFor(`http://${listen}/ready`, child, 60);
  return { url: `http://${listen}`, child, stop: () => stop(child) };
}

/** The test host on dist/ and provisioning/, whose datasource points at `storeUrl`. */
export async function startHost({ storeUrl, token = '', port = 0, logFile, provisioning = 'provisioning' }) {
  const listen = `127.0.0.1:${await freePort(port)}`;
  const child = start(
    'tests/host/bin/host',
    ['--dist', 'dist', '--provisioning', provisioning, '--web', 'tests/host/web/dist', '--listen', listen],
    { HOTSPAN_URL: storeUrl, HOTSPAN_TOKEN: token },
    logFile
  );
  await waitFor(`http://${listen}/api/frontend/settings`, child, 30);
  return { url: `http://${listen}`, child, stop: () => stop(child) };
}

/** Ends a process that was started here: SIGTERM, after 10 s SIGKILL. */
export function stop(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      return resolve();
    }
    const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
