import fs from 'node:fs';
import type { RunningStore } from './start-store';

/** Megabytes that the store's process took at most during `work`, on top of what it had before. Linux only, as the engine child. */
export async function peakGrowthMb({ processId }: RunningStore, work: () => Promise<void>): Promise<number> {
  // Forgets the peak so far.
  fs.writeFileSync(`/proc/${processId}/clear_refs`, '5');
  const before = megabytes(processId, 'VmRSS');
  await work();
  return megabytes(processId, 'VmHWM') - before;
}

function megabytes(processId: number, name: string): number {
  const status = fs.readFileSync(`/proc/${processId}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
}
