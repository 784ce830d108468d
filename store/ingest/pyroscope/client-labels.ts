import type { RuntimeInfoEntry } from '../../../src/model/profile';

/** Labels of a Pyroscope client, sorted into those of the process and what only concerns one request. */
export interface ClientLabels {
  readonly labels: ReadonlyArray<readonly [string, string]>;
  readonly info: readonly RuntimeInfoEntry[];
}

/**
 * `otel.scope.*` names the library that made the request, so it differs among requests of one process: runtime information. Other
 * names in double underscores are instructions to the server, but for the id of the session, which names the process.
 */
export function sortLabels(all: ReadonlyArray<readonly [string, string]>): ClientLabels {
  const isScope = (key: string) => /^otel[._]scope[._]/.test(key);
  const isInstruction = (key: string) => /^__.*__$/.test(key) && key !== '__session_id__';
  return {
    labels: all.filter(([key]) => !isScope(key) && !isInstruction(key)),
    info: all.filter(([key]) => isScope(key)).map(([key, value]) => ({ group: 'Client', key, value })),
  };
}

export function labelValue(all: ReadonlyArray<readonly [string, string]>, name: string): string {
  return all.find(([key]) => key === name)?.[1] ?? '';
}
