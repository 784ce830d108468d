import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ProfileRow, TypeRows } from '../engines/rows';
import type { AskedSums } from './asked-lately';
import { turnName, type UploadSums } from './recent-uploads';
import type { StackCache } from './stack-cache';
import type { StackStore } from './stack-store';
import type { StackPlaces } from './sql/stacks';

/** An upload that questions see from now on. */
export interface InsertedUpload {
  readonly row: ProfileRow;
  /** Its rows of `samples` by profile type. */
  rowsOf(profileTypes: readonly string[]): ReadonlyMap<string, TypeRows>;
}

/** A service that sends more than this at once has too many uploads in a rule's minutes to keep their sums one by one. */
const mostOfService = 50;

/**
 * Keeps the sums of new uploads that questions about their services wanted lately: a rule that is evaluated every minute then finds the
 * minute's uploads in memory. What can't be kept now is read by the question.
 */
export async function readAhead(stacks: StackCache, uploads: readonly InsertedUpload[]): Promise<void> {
  for (const group of groupByService(uploads)) {
    if (group.length <= mostOfService) {
      await keepGroup(stacks, group).catch(() => undefined);
    }
  }
}

function groupByService(uploads: readonly InsertedUpload[]): InsertedUpload[][] {
  const groups = new Map<string, InsertedUpload[]>();
  for (const upload of uploads) {
    const { tenant, service } = upload.row;
    const key = `${tenant}\n${service}`;
    groups.set(key, [...(groups.get(key) ?? []), upload]);
  }
  return [...groups.values()];
}

/** An upload's rows by profile type. */
interface Decoded {
  readonly row: ProfileRow;
  readonly rows: ReadonlyMap<string, TypeRows>;
}

async function keepGroup(stacks: StackCache, group: readonly InsertedUpload[]): Promise<void> {
  const { tenant, service } = group[0].row;
  const store = stacks.peek(tenant);
  const asked = store?.recent.asked.of(service) ?? [];
  if (store === undefined || asked.length === 0) {
    return;
  }
  const types = [...new Set(asked.map(({ profileType }) => profileType))];
  const decoded: Decoded[] = [];
  for (const { row, rowsOf } of group) {
    decoded.push({ row, rows: rowsOf(types.filter((type) => row.types.includes(type))) });
    // Milliseconds each; others have something to do as well.
    await nextTurn();
  }
  await Promise.all(asked.map((one) => keepType(stacks, store, decoded, one)));
}

async function keepType(
  stacks: StackCache,
  store: StackStore,
  uploads: readonly Decoded[],
  { profileType, by }: AskedSums
): Promise<void> {
  const carrying = uploads.flatMap(({ row, rows }) => {
    const own = rows.get(profileType);
    return own === undefined ? [] : [{ row, rows: own }];
  });
  if (carrying.length === 0) {
    return;
  }
  const { service } = carrying[0].row;
  await store.recent.inTurn(turnName(by, profileType, [service]), async () => {
    if (by === 'stack') {
      const ids = carrying.flatMap(({ rows }) => Array.from(rows.stack));
      await stacks.load(store, placesOf(carrying.map(({ row }) => row)), ids);
    }
    for (const { row, rows } of carrying) {
      const keys = by === 'stack' ? store.indexesOfStacks(rows.stack) : store.recent.threadKeys(rows.thread);
      store.recent.keep(profileType, by, row.profile, sumsByKey(keys, rows));
    }
  });
}

function placesOf(rows: readonly ProfileRow[]): StackPlaces {
  const hours = rows.map(({ startNs }) => Number(startNs / 3_600_000_000_000n) * 3600);
  const [{ tenant, service }] = rows;
  return {
    uploads: { tenant },
    services: [service],
    firstHour: Math.min(...hours),
    lastHour: Math.max(...hours),
  };
}

/** Rows of one key as one. */
function sumsByKey(keys: Uint32Array, { value, count }: TypeRows): UploadSums {
  const rowOf = new Map<number, number>();
  const [values, samples]: [number[], number[]] = [[], []];
  keys.forEach((key, at) => {
    const row = rowOf.get(key) ?? values.push(0) - 1;
    rowOf.set(key, row);
    values[row] += value[at];
    samples[row] = (samples[row] ?? 0) + count[at];
  });
  return {
    key: Uint32Array.from(rowOf.keys()),
    value: Float64Array.from(values),
    samples: Float64Array.from(samples),
  };
}
