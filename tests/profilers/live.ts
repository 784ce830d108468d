import type { FrameJson, StoreQuery } from '../../src/api/query';
import type { ProfileDetail, ProfileTypesAnswer } from '../../src/api/resources';
import { removeDataDirs, startStore, untilInserted, type RunningStore } from '../integration/start-store';
import { askQuery, listProfiles, rowsOf, type ListedProfile } from '../integration/store-client';
import { startProgram, type Command, type Program } from './program';

export const periodSeconds = 5;
export const workSeconds = 8;
/** What every program is told to call itself. */
export const identity = { env: 'test', version: '1.2.3', host: 'shop-host' };

/** A client's program has done its work and everything that it sent is in the store. */
export interface Live {
  readonly service: string;
  readonly storeUrl: string;
  readonly program: Program;
  /** Requests per route, as the program printed them. */
  readonly requests: Readonly<Record<string, number>>;
  readonly profiles: readonly ListedProfile[];
  /** Exit code of the program after SIGTERM. */
  readonly exitCode: number | string | null;
  /** The first frame of the answer. */
  frame(query: Partial<StoreQuery>): Promise<FrameJson>;
  rows(query: Partial<StoreQuery>): Promise<Array<Record<string, unknown>>>;
  details(): Promise<ProfileDetail[]>;
}

const uploadTimeoutMs = 120_000;

/** What lies between the program and the store. */
interface Between {
  readonly url: string;
  close(): Promise<void>;
}

interface LiveOptions {
  readonly between?: (store: RunningStore) => Promise<Between>;
  /** More flags of `hotspan store`. */
  readonly flags?: readonly string[];
}

/** Runs the program against a store of its own; the result is there in tests, not before. */
export function runLive(
  service: string,
  commandFor: (storeUrl: string) => Command,
  { between, flags }: LiveOptions = {}
): { live(): Live } {
  let store: RunningStore | undefined;
  let program: Program | undefined;
  let live: Live | undefined;
  let way: Between | undefined;
  beforeAll(async () => {
    store = await startStore({ flags });
    way = await between?.(store);
    program = startProgram(commandFor(way?.url ?? store.url));
    const requests = await program.finished();
    await untilUploaded(store, service, Date.now());
    const exitCode = await program.stop();
    await untilInserted(store);
    live = await lookAt(store.url, service, { program, requests, exitCode });
  }, 300_000);
  afterAll(async () => {
    await program?.stop();
    await way?.close();
    await store?.stop();
    removeDataDirs();
  });
  return {
    live() {
      if (live === undefined) {
        throw new Error('the program did not get that far');
      }
      return live;
    },
  };
}

/** Waits for the upload that covers the program's last request. */
async function untilUploaded(store: RunningStore, service: string, workedUntilMs: number): Promise<void> {
  const end = Date.now() + uploadTimeoutMs;
  for (;;) {
    const profiles = (await listProfiles(store.url)).filter((profile) => profile.service === service);
    const covered = profiles.some(({ time, duration }) => Number(time) + Number(duration) / 1e6 >= workedUntilMs);
    if (covered) {
      // Clients that send CPU, heap and locks apart are not done yet.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      return untilInserted(store);
    }
    if (Date.now() > end) {
      throw new Error(
        `no upload of ${service} came after its work; there are ${JSON.stringify(profiles)}\n${store.log()}`
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

export async function lookAt(
  storeUrl: string,
  service: string,
  ran: Pick<Live, 'program' | 'requests' | 'exitCode'>
): Promise<Live> {
  const range = { from: Date.now() - 3_600_000, to: Date.now() + 60_000 };
  const columns = ['runtime-id', 'team'];
  const profiles = (await listProfiles(storeUrl, columns)).filter((profile) => profile.service === service);
  const selector = `{service="${service}"}`;
  const frame = async (query: Partial<StoreQuery>): Promise<FrameJson> =>
    (await askQuery(storeUrl, { selector, ...query }, range))[0];
  return {
    ...ran,
    service,
    storeUrl,
    profiles,
    frame,
    rows: async (query) => rowsOf(await frame(query)),
    details: () => Promise.all(profiles.map(({ id }) => getJson<ProfileDetail>(`${storeUrl}/api/v1/profiles/${id}`))),
  };
}

export async function getJson<T>(url: string): Promise<T> {
  const answer: T = JSON.parse(await (await fetch(url)).text());
  return answer;
}

/** Ids of the profile types that the service's uploads carry. */
export async function typesOf({ storeUrl, service }: Live): Promise<string[]> {
  const range = `from=${Date.now() - 3_600_000}&to=${Date.now() + 60_000}`;
  const url = `${storeUrl}/api/v1/profile-types?${range}&selector=${encodeURIComponent(`{service="${service}"}`)}`;
  return (await getJson<ProfileTypesAnswer>(url)).profileTypes.map(({ id }) => id);
}
