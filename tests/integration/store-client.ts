import type { FrameJson, QueryResponse } from '../../src/api/query';

/** Questions to a running store, as tests need them. */
export interface ListedProfile {
  readonly [column: string]: unknown;
  readonly id: string;
  readonly service: string;
  readonly status: string;
  readonly samples: number;
}

/** The recordings' year and what a test sends with today's clock, in pieces that one query may span. */
function allTimes(): Array<{ from: number; to: number }> {
  const pieceMs = 700 * 86_400_000;
  const end = Date.now() + 2 * 86_400_000;
  const start = Math.min(Date.UTC(2026, 0, 1), end - pieceMs);
  return Array.from({ length: Math.ceil((end - start) / pieceMs) }, (_, piece) => ({
    from: start + piece * pieceMs,
    to: start + (piece + 1) * pieceMs,
  }));
}

export async function askQuery(
  baseUrl: string,
  query: Record<string, unknown>,
  time: { from: number; to: number }
): Promise<FrameJson[]> {
  const response = await fetch(`${baseUrl}/api/v1/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...time, queries: [{ refId: 'A', ...query }] }),
  });
  const answer: QueryResponse = JSON.parse(await response.text());
  const result = answer.results?.A ?? { status: response.status, frames: [], error: Reflect.get(answer, 'error') };
  if (result.error) {
    throw new Error(`${result.error.code}: ${result.error.message}`);
  }
  return result.frames;
}

/** Every upload that the store lists. */
export async function listProfiles(baseUrl: string, columns: readonly string[] = []): Promise<ListedProfile[]> {
  const found = new Map<string, ListedProfile>();
  for (const time of allTimes()) {
    // A piece without uploads lists those that overlap it, so one may come twice.
    const frames = await askQuery(baseUrl, { queryType: 'profiles', limit: 100_000, columns }, time);
    for (const profile of rowsOf(frames[0]) as ListedProfile[]) {
      found.set(profile.id, profile);
    }
  }
  return [...found.values()];
}

export function rowsOf(frame: FrameJson): Array<Record<string, unknown>> {
  const { fields } = frame.schema;
  const { values } = frame.data;
  return (values[0] ?? []).map((_, row) => Object.fromEntries(fields.map(({ name }, at) => [name, values[at][row]])));
}

/** Sum of a profile type over everything, from the series of whole uploads' totals. */
export async function totalsOf(
  baseUrl: string,
  id: string,
  profileTypes: readonly string[]
): Promise<Record<string, unknown>> {
  const columns = profileTypes.map((type) => `total ${type}`);
  const found = (await listProfiles(baseUrl, columns)).find((profile) => profile.id === id);
  return Object.fromEntries(profileTypes.map((type) => [type, found?.[`total ${type}`]]));
}
