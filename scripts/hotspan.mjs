#!/usr/bin/env node
// The command line of a built checkout: `npx hotspan store`, `npx hotspan upload FILE…`.
if (process.argv[2] === 'demo-data') {
  process.argv.splice(2, 1);
  process.argv[1] = new URL('./demo-data.mjs', import.meta.url).pathname;
  await import('./demo-data.mjs');
} else {
  await import('../build/store/main.mjs');
}
