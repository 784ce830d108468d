// Runs the steps of a command one after another and says what each took. Used by check, build, test, demo.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

/** `node_modules/.bin/<name>`, so that steps work without npx. */
export const bin = (name) => path.join(root, 'node_modules/.bin', name);

/**
 * Runs a program in the project's folder. Resolves to { code, output }; output is what it printed, shown as it comes
 * unless `quiet`. `timeoutMs` and `signal` end it.
 */
export function run(command, args, { env = {}, quiet = false, cwd = root, timeoutMs = 0, signal } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const timer = timeoutMs > 0 ? setTimeout(() => child.kill('SIGKILL'), timeoutMs) : undefined;
    for (const [stream, target] of [
      [child.stdout, process.stdout],
      [child.stderr, process.stderr],
    ]) {
      stream.on('data', (chunk) => {
        output += chunk;
        if (!quiet) {
          target.write(chunk);
        }
      });
    }
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code: signal ? 1 : code, output });
    });
  });
}

const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** A named step that must succeed: prints its name, its time, and its output when it fails. With `beside` only at its end, in one piece. */
export async function step(name, command, args, { beside = false, ...options } = {}) {
  const head = `▸ ${name} … `;
  if (!beside) {
    process.stdout.write(head);
  }
  const start = performance.now();
  const { code, output } = await run(command, args, { quiet: true, ...options });
  const took = seconds(performance.now() - start);
  const outcome = code === 0 ? `ok (${took})` : `failed (${took})\n${output}`;
  console.log(beside ? head + outcome : outcome);
  return { name, ok: code === 0, output };
}

/** Stops the whole command with a message when a step failed. */
export async function mustStep(...args) {
  const result = await step(...args);
  if (!result.ok) {
    process.exit(1);
  }
  return result;
}

export const exists = (file) => fs.existsSync(path.join(root, file));

/** Installs npm packages when they are missing or older than the lock file. */
export async function ensurePackages() {
  const stamp = path.join(root, 'node_modules/.package-lock.json');
  const isFresh =
    fs.existsSync(stamp) && fs.statSync(stamp).mtimeMs >= fs.statSync(path.join(root, 'package-lock.json')).mtimeMs;
  if (!isFresh) {
    await mustStep('install packages (npm ci, about a minute)', 'npm', [
      'ci',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
    ]);
  }
}
