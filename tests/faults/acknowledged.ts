import fs from 'node:fs';
import path from 'node:path';
import { eventPart, makeForm, sendForm } from '../integration/form';
import type { RunningStore } from '../integration/start-store';
import { listProfiles } from '../integration/store-client';

/** What was acknowledged, compared with what is listed afterwards. */
export interface Outcome {
  readonly acknowledged: number;
  /** Ids that were acknowledged and are not listed. */
  readonly lost: readonly string[];
  /** Uploads that are listed more than once. */
  readonly doubled: readonly string[];
  /** Listed though never acknowledged: their answer was cut off. Allowed. */
  readonly unacknowledged: number;
  readonly wrongTotals: readonly string[];
}

const cpu = fs.readFileSync(path.resolve(__dirname, '../fixtures/uploads/files/go-runtime-cpu.pprof'));

const sentService = 'crash';

/** Sends uploads over several connections; each has a window and a `runtime-id` of its own. Names of the acknowledged → profile id. */
export function sendUntilStopped(
  store: Pick<RunningStore, 'url'>,
  connections: number,
  nextNumber: () => number,
  acknowledged: Map<string, string>,
  pauseMs = 0
): { stop(): Promise<void> } {
  let stopped = false;
  const client = async () => {
    while (!stopped) {
      const name = `r${nextNumber()}`;
      const id = await sendOne(store.url, name);
      if (id !== undefined) {
        acknowledged.set(name, id);
        await pause(pauseMs);
      } else {
        // The store is gone or says 503: not in a tight loop.
        await pause(20);
      }
    }
  };
  const clients = Promise.all(Array.from({ length: connections }, client));
  return {
    stop: async () => {
      stopped = true;
      await clients;
    },
  };
}

async function sendOne(url: string, name: string): Promise<string | undefined> {
  const startMs = Date.UTC(2026, 10, 22, 12) + Number(name.slice(1)) * 1000;
  const form = makeForm([
    eventPart(startMs, `service:${sentService},runtime-id:${name}`),
    { name: 'cpu.pprof', fileName: 'cpu.pprof', bytes: cpu },
  ]);
  try {
    const response = await sendForm(url, form);
    const answer: { content?: { ProfileID: string } } = JSON.parse(await response.text());
    return answer.content?.ProfileID;
  } catch {
    return undefined;
  }
}

export async function compare(
  store: Pick<RunningStore, 'url'>,
  acknowledged: ReadonlyMap<string, string>
): Promise<Outcome> {
  const all = await listProfiles(store.url, ['runtime-id', 'total cpu-time']);
  const listed = all.filter((profile) => profile.service === sentService);
  const byName = new Map<string, string[]>();
  for (const profile of listed) {
    const name = String(profile['runtime-id']);
    byName.set(name, [...(byName.get(name) ?? []), profile.id]);
  }
  const totals = new Set(listed.map((profile) => profile['total cpu-time']));
  return {
    acknowledged: acknowledged.size,
    lost: [...acknowledged].filter(([name, id]) => !byName.get(name)?.includes(id)).map(([name]) => name),
    doubled: [...byName].filter(([, ids]) => ids.length > 1).map(([name]) => name),
    unacknowledged: [...byName.keys()].filter((name) => !acknowledged.has(name)).length,
    wrongTotals: totals.size > 1 ? [...totals].map(String) : [],
  };
}

/** 0 = nothing is wrong. Nothing acknowledged means that nothing was tried. */
export function exitCodeOf(outcome: Outcome, leastAcknowledged: number): number {
  const wrong = outcome.lost.length + outcome.doubled.length + outcome.wrongTotals.length;
  return wrong === 0 && outcome.acknowledged > leastAcknowledged ? 0 : 1;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
