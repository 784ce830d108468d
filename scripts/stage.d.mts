import type { ChildProcess } from 'node:child_process';

export interface Started {
  readonly url: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

export function freePort(wanted?: number): Promise<number>;
export function startStore(options: {
  dataDir: string;
  port?: number;
  logFile: string;
  args?: readonly string[];
}): Promise<Started>;
export function startHost(options: {
  storeUrl: string;
  token?: string;
  port?: number;
  logFile: string;
  provisioning?: string;
}): Promise<Started>;
export function stop(child: ChildProcess): Promise<void>;
