// A package mirror may lack some of chDB's platform packages; npm then leaves holes in package-lock.json and a later
// `npm ci` refuses the lock. This writes the missing entries of optional dependencies (run it after `npm install`);
// with --check it only says whether any is missing, and exits with 1.
import fs from 'node:fs';
import path from 'node:path';

const file = path.resolve(import.meta.dirname, '../package-lock.json');
const lock = JSON.parse(fs.readFileSync(file, 'utf8'));

/** `@chdb/lib-linux-arm64-gnu` → { os, cpu, libc } as npm writes them. */
function platformOf(name) {
  const [, os, cpu, libc] = /-(linux|darwin|win32)-(x64|arm64)(?:-(gnu|musl))?$/.exec(name) ?? [];
  return {
    ...(cpu && { cpu: [cpu] }),
    ...(libc && { libc: [libc === 'gnu' ? 'glibc' : libc] }),
    ...(os && { os: [os] }),
  };
}

function isLocked(from, name) {
  const folders = from.split('/node_modules/');
  return (
    folders.some((_, i) => {
      const base = folders.slice(0, folders.length - i).join('/node_modules/');
      return lock.packages[`${base}/node_modules/${name}`];
    }) || Boolean(lock.packages[`node_modules/${name}`])
  );
}

const missing = Object.entries(lock.packages).flatMap(([from, entry]) =>
  Object.entries(entry.optionalDependencies ?? {})
    .filter(([name]) => !isLocked(from, name))
    .map(([name, version]) => ({ name, version, license: entry.license }))
);

if (process.argv.includes('--check')) {
  if (missing.length > 0) {
    console.error(
      `package-lock.json lacks ${missing.map((m) => m.name).join(', ')}: run node scripts/complete-lock.mjs`
    );
    process.exit(1);
  }
} else if (missing.length > 0) {
  for (const { name, version, license } of missing) {
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), license, optional: true };
  }
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  lock.packages = Object.fromEntries(sorted);
  fs.writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
}
