import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Writes a bench's rows to test-output/bench-NAME.json, where `npm run bench` gathers them, and prints their table. */
export function reportBench(name: string, rows: readonly object[], table: string): void {
  const folder = path.resolve('test-output');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, `bench-${name}.json`), JSON.stringify(rows, null, 2));
  process.stdout.write(`${table}\n`);
}
