// Finds a Chromium for the browser tests: one that is there, else Debian's by apt (as root), else Playwright's own.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { bin } from './steps.mjs';

const known = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
];

const installed = () => [process.env.CHROMIUM, ...known].find((file) => file && fs.existsSync(file));

function installByApt() {
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    return;
  }
  console.log('▸ install Chromium with apt-get (about a minute)');
  for (const args of [
    ['update', '-qq'],
    ['install', '-y', '-qq', '--no-install-recommends', 'chromium'],
  ]) {
    spawnSync('apt-get', args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  }
}

function installByPlaywright() {
  spawnSync(bin('playwright'), ['install', 'chromium'], { stdio: 'ignore' });
  try {
    const script = 'process.stdout.write(require("@playwright/test").chromium.executablePath())';
    const file = execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' });
    return fs.existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/** Path of a Chromium, or undefined when none is to be had here. */
export function findChromium() {
  if (!installed()) {
    installByApt();
  }
  return installed() ?? installByPlaywright();
}
