import type { RawPlace } from './profile-detail';
import type { QueryContext } from './context';
import type { StackStore } from './stack-store';
import { rawPlacesStatement } from './sql/span-samples';
import type { StackPlaces } from './sql/stacks';
import type { SpanMatch, UploadScope } from './sql/upload-scope';
import { HotspanError } from '../errors';

/** An upload of an answer, and where it lies as it came. */
export interface PlacedUpload {
  readonly number: bigint;
  readonly profileId: string;
  readonly service: string;
  readonly startUs: number;
  readonly endUs: number;
  /** Profile types it carries. */
  readonly types: readonly string[];
  readonly place: RawPlace;
}

/** Uploads by number, oldest first. */
export async function placedUploads(
  context: QueryContext,
  scope: UploadScope,
  profiles: ArrayLike<bigint>
): Promise<PlacedUpload[]> {
  if (profiles.length === 0) {
    return [];
  }
  const statement = rawPlacesStatement(scope, Array.from(profiles));
  const columns = await context.engine.select(statement, { signal: context.signal });
  const [ids, services, segments] = ['uuid', 'service_name', 'segment'].map((name) => columns.strings(name));
  const [starts, ends, offsets, lengths] = ['start_us', 'end_us', 'offset_bytes', 'length_bytes'].map((name) =>
    columns.numbers(name)
  );
  const types = columns.arrays('type_names');
  return Array.from(columns.bigints('number'), (number, at) => ({
    number,
    profileId: ids[at],
    types: Array.from<unknown, string>(types[at], String),
    service: services[at],
    startUs: starts[at],
    endUs: ends[at],
    place: { segment: segments[at], offset: offsets[at], length: lengths[at] },
  }));
}

/** What is asked of a stored upload that is read again. `store/ingest/timed-samples.ts` answers it. */
interface TimedQuestion {
  readonly service: string;
  readonly profileTypes: readonly string[];
  readonly spans: SpanMatch;
  readonly take: 'spans' | 'window';
  readonly window?: { readonly startNs: bigint; readonly endNs: bigint };
}

/** Samples by stack and thread with the times of their first and last one, in ns after `baseNs`. */
interface TimedSamples {
  readonly baseNs: bigint;
  readonly types: ReadonlyArray<{
    readonly stack: BigUint64Array;
    readonly thread: readonly string[];
    readonly value: Float64Array;
    readonly samples: ArrayLike<number>;
    readonly firstNs: Float64Array;
    readonly lastNs: Float64Array;
    readonly untimed: number;
  }>;
}

export type ReadTimedSamples = (question: TimedQuestion) => Promise<TimedSamples>;

/** Reading an upload takes time and memory: of a span that lies in more, the first are read. */
const maxReadUploads = 8;

/** Samples of all uploads of a question with their times; parallel arrays, times in ns after `baseNs`. */
export interface TimedStacks {
  readonly baseNs: bigint;
  readonly length: number;
  readonly stack: Uint32Array;
  readonly thread: readonly string[];
  readonly value: Float64Array;
  readonly samples: Float64Array;
  readonly firstNs: Float64Array;
  readonly lastNs: Float64Array;
  /** Samples that say no time. */
  readonly untimed: number;
}

export interface TimedReading {
  /** By asked type. */
  readonly types: readonly TimedStacks[];
  /** Uploads that could not be read again, in words; '' = none. */
  readonly missing: string;
}

/** Reads the raw uploads again. `places`: where stacks lie that the store lacks. */
export async function readTimes(
  context: QueryContext,
  store: StackStore,
  uploads: readonly PlacedUpload[],
  question: Omit<TimedQuestion, 'service'>,
  places: StackPlaces
): Promise<TimedReading> {
  const requests = distinctRequests(uploads);
  const read = await Promise.allSettled(
    requests.slice(0, maxReadUploads).map(async ({ place, service }) => {
      const raw = await context.rawUploads.read(place);
      return raw.timedSamples({ ...question, service });
    })
  );
  const found = read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const ids = found.flatMap(({ types }) => types.flatMap(({ stack }) => Array.from(stack)));
  await context.stacks.load(store, places, ids, context.signal);
  const baseNs = found.reduce((first, one) => (first === 0n || one.baseNs < first ? one.baseNs : first), 0n);
  return {
    types: question.profileTypes.map((_, at) => joined(store, found, at, baseNs)),
    missing: missingWords(read, requests.length),
  };
}

function missingWords(read: ReadonlyArray<PromiseSettledResult<unknown>>, asked: number): string {
  const failed = read.find((result) => result.status === 'rejected');
  if (failed?.status === 'rejected') {
    const reason: unknown = failed.reason;
    return reason instanceof HotspanError ? reason.message : 'a raw upload could not be read';
  }
  return asked > maxReadUploads ? `only the first ${maxReadUploads} of ${asked} uploads were read` : '';
}

/** One request may hold several of the uploads, and several of one service. */
function distinctRequests(uploads: readonly PlacedUpload[]): PlacedUpload[] {
  const key = ({ place, service }: PlacedUpload) => `${place.segment}/${place.offset}/${service}`;
  return [...new Map(uploads.map((upload) => [key(upload), upload])).values()];
}

function joined(store: StackStore, found: readonly TimedSamples[], type: number, baseNs: bigint): TimedStacks {
  const parts = found.map(({ types, baseNs: base }) => ({ ...types[type], shiftNs: Number(base - baseNs) }));
  const all = (column: 'value' | 'samples') => Float64Array.from(parts.flatMap((part) => Array.from(part[column])));
  const times = (column: 'firstNs' | 'lastNs') =>
    Float64Array.from(parts.flatMap((part) => Array.from(part[column], (time) => time + part.shiftNs)));
  const stack = Uint32Array.from(parts.flatMap((part) => Array.from(store.indexesOfStacks(part.stack))));
  return {
    baseNs,
    length: stack.length,
    stack,
    thread: parts.flatMap(({ thread }) => thread),
    value: all('value'),
    samples: all('samples'),
    firstNs: times('firstNs'),
    lastNs: times('lastNs'),
    untimed: parts.reduce((sum, { untimed }) => sum + untimed, 0),
  };
}
