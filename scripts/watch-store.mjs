// Builds and starts the store; ends both with this process. `npm run dev` runs it anew when a file of store/ or src/model changes.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { root } from './steps.mjs';

let child;
async function restart() {
  child?.kill('SIGTERM');
  await import(`./build-store.mjs?at=${Date.now()}`);
  child = spawn(process.execPath, ['build/store/main.mjs', 'store', '--data-dir', 'data'], {
    cwd: root,
    stdio: 'inherit',
  });
}

let timer;
for (const folder of ['store', 'src/model', 'src/api']) {
  fs.watch(path.join(root, folder), { recursive: true }, () => {
    clearTimeout(timer);
    timer = setTimeout(restart, 300);
  });
}
process.on('SIGTERM', () => child?.kill('SIGTERM'));
await restart();
