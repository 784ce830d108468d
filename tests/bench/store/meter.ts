import fs from 'node:fs';
import path from 'node:path';

/** Time in user and kernel mode, all threads; Linux counts it in hundredths of a second. 0 of a process that is gone, as all figures here. */
export function cpuMs(pid: number | undefined): number {
  const fields = ofProcess(pid, 'stat').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

export function residentMb(pid: number | undefined): number {
  const status = ofProcess(pid, 'status');
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
}

/** What processes take together: pages of a file that several of them map, Node's own, are there once. */
export function togetherMb(...pids: ReadonlyArray<number | undefined>): number {
  const parts = pids.map((pid) => mappedKb(pid));
  const own = parts.reduce((sum, { ownKb }) => sum + ownKb, 0);
  const files = new Map<string, number>();
  for (const [file, kb] of parts.flatMap(({ fileKb }) => [...fileKb])) {
    files.set(file, Math.max(files.get(file) ?? 0, kb));
  }
  return Math.round((own + [...files.values()].reduce((sum, kb) => sum + kb, 0)) / 1024);
}

/** Resident pages of one process: its own, and those of files as they are on disk. */
function mappedKb(pid: number | undefined): { readonly ownKb: number; readonly fileKb: ReadonlyMap<string, number> } {
  const maps = ofProcess(pid, 'smaps');
  const fileKb = new Map<string, number>();
  let ownKb = 0;
  for (const map of maps.split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m)) {
    const kb = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(map)?.[1] ?? 0);
    const file = /^\S+ \S+ \S+ \S+ \d+ +(\/.*)$/m.exec(map)?.[1] ?? '';
    ownKb += kb('Anonymous');
    fileKb.set(file, (fileKb.get(file) ?? 0) + kb('Rss') - kb('Anonymous'));
  }
  return { ownKb, fileKb };
}

function ofProcess(pid: number | undefined, file: 'stat' | 'status' | 'smaps'): string {
  try {
    return pid === undefined ? '' : fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Load average of the last minute: it belongs to every figure. */
export function machineLoad(): number {
  return Number(fs.readFileSync('/proc/loadavg', 'utf8').split(' ')[0]);
}

/** Bytes of all files below; those that are deleted meanwhile don't count. */
export function folderBytes(folder: string): number {
  return fs
    .readdirSync(folder, { withFileTypes: true })
    .reduce((sum, entry) => sum + entryBytes(path.join(folder, entry.name), entry.isDirectory()), 0);
}

function entryBytes(file: string, isFolder: boolean): number {
  try {
    return isFolder ? folderBytes(file) : fs.statSync(file).size;
  } catch {
    return 0;
  }
}

/** Of sorted or unsorted values; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

export function rounded(value: number): number {
  return value >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
}

/** Columns under each other; numbers to the right. */
export function printTable(rows: ReadonlyArray<Readonly<Record<string, string | number | undefined>>>): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const text = (value: string | number | undefined) =>
    value === undefined ? '' : typeof value === 'number' ? String(rounded(value)) : value;
  const widths = names.map((name) => Math.max(name.length, ...rows.map((row) => text(row[name]).length)));
  const line = (cells: readonly string[], isNumber: (column: number) => boolean) =>
    cells
      .map((cell, column) => (isNumber(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ');
  return [
    line(names, () => false),
    ...rows.map((row) =>
      line(
        names.map((name) => text(row[name])),
        (column) => typeof row[names[column]] === 'number'
      )
    ),
  ].join('\n');
}
