import { compareProfileTypes, isHidden, profileTypeOf, type ProfileType } from '../../src/model/profile-types';
import type { ThreadStacks } from '../../src/model/hotspot-tree';
import { formatTraceId } from '../../src/model/span-id';
import type { Columns } from '../engines/engine';
import type { Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import type { UploadPlan } from './plan';
import { limits } from './request';
import type { SampleQuestion } from './sample-question';
import {
  heldSpansStatement,
  placedSpansStatement,
  spanSamplesStatement,
  type SpanEntries,
  type SpanPlace,
  type UploadPlace,
  type WantedSamples,
} from './sql/span-samples';
import type { SpanMatch, UploadScope, UploadSpans } from './sql/upload-scope';
import type { StackStore } from './stack-store';

/** Samples of a profile type by stack and thread. */
export interface TypeSamples extends ThreadStacks {
  readonly type: ProfileType;
  readonly total: number;
  readonly sampleCount: number;
  /** What of the total lies in samples whose span was found by thread and time, and their number. */
  readonly inferred: number;
  readonly inferredCount: number;
}

/** Everything that was sampled in spans, by profile type. */
export type SpanSamples = ReadonlyMap<string, TypeSamples>;

/** What the span dictionaries of uploads hold of spans. */
export interface FoundEntries extends SpanEntries {
  readonly facts: SpanFacts;
}

/** What uploads say about spans; '' = nothing. */
export interface SpanFacts {
  readonly endpoint: string;
  readonly operation: string;
  readonly traceId: string;
}

const noFacts: SpanFacts = { endpoint: '', operation: '', traceId: '' };
export const noEntries: FoundEntries = { profiles: [], contexts: [], inferred: [], facts: noFacts };

const hourUs = 3600e6;
const maxRows = 2_000_000;

/** Where rows of the uploads lie; undefined = there are no uploads. */
export function uploadPlace(uploads: Uploads): UploadPlace | undefined {
  if (uploads.length === 0) {
    return undefined;
  }
  const hours = Array.from(uploads.startUs, (start) => Math.floor(start / hourUs) * 3600);
  return {
    uploads: uploads.scope,
    profiles: Array.from(uploads.profile),
    services: [...new Set(uploads.service)],
    firstHour: Math.min(...hours),
    lastHour: Math.max(...hours),
  };
}

/** Where the samples of spans lie; undefined = there are no uploads. */
export function spanPlace(uploads: Uploads, spans: SpanMatch): SpanPlace | undefined {
  const place = uploadPlace(uploads);
  return place && { ...place, spans };
}

/** Entries of the spans in the place's uploads; they are in its scope where they were looked up with the uploads. */
export async function readSpanEntries(context: QueryContext, place: SpanPlace): Promise<FoundEntries> {
  const wanted = new Set(place.profiles);
  const held =
    place.uploads.spanUploads?.filter(({ profile }) => wanted.has(profile)) ??
    uploadSpansOf(await context.engine.select(placedSpansStatement(place), { signal: context.signal, maxRows }));
  return {
    profiles: held.flatMap(({ profile, contexts }) => contexts.map(() => profile)),
    contexts: held.flatMap(({ contexts }) => contexts),
    inferred: held.flatMap(({ inferred }) => inferred),
    facts: factsOf(held),
  };
}

function factsOf(held: readonly UploadSpans[]): SpanFacts {
  const firstOf = (texts: readonly string[]) => texts.find((text) => text !== '') ?? '';
  const trace = held.flatMap(({ traces }) => traces).find(([high, low]) => high !== 0n || low !== 0n);
  return {
    endpoint: firstOf(held.flatMap(({ endpoints }) => endpoints)),
    operation: firstOf(held.flatMap(({ operations }) => operations)),
    traceId: trace === undefined ? '' : formatTraceId(...trace),
  };
}

/** The uploads in a scope's tenant and time that hold spans. */
export async function readHeldSpans(
  context: QueryContext,
  scope: UploadScope,
  spans: SpanMatch
): Promise<UploadSpans[]> {
  return uploadSpansOf(
    await context.engine.select(heldSpansStatement(scope, spans), { signal: context.signal, maxRows: limits.rows })
  );
}

function uploadSpansOf(columns: Columns): UploadSpans[] {
  const lists = (name: string) => columns.arrays(name);
  const [contexts, marks, high, low] = ['context_keys', 'inferred_marks', 'trace_high_ids', 'trace_low_ids'].map(lists);
  const [endpoints, operations] = ['endpoint_texts', 'operation_texts'].map(lists);
  const textsOf = (list: (typeof endpoints)[number]) => Array.from<unknown, string>(list, String);
  const bigintsOf = (list: (typeof high)[number]) => Array.from({ length: list.length }, (_, at) => BigInt(list[at]));
  return Array.from(columns.bigints('profile_key'), (profile, row) => ({
    profile,
    contexts: Array.from(contexts[row], Number),
    inferred: Array.from<unknown, boolean>(marks[row], (mark) => Number(mark) === 1),
    endpoints: textsOf(endpoints[row]),
    operations: textsOf(operations[row]),
    traces: bigintsOf(high[row]).map((half, at) => [half, BigInt(low[row][at])] as const),
  }));
}

export async function readSpanSamples(
  context: QueryContext,
  store: StackStore,
  place: UploadPlace,
  entries: SpanEntries,
  wanted: WantedSamples
): Promise<SpanSamples> {
  if (entries.contexts.length === 0) {
    return new Map();
  }
  const statement = spanSamplesStatement(place, entries, wanted);
  const columns = await context.engine.select(statement, { signal: context.signal, maxRows });
  const typeOf = columns.strings('type_key');
  const stackIds = columns.bigints('stack_key');
  const rowsOf = new Map<string, number[]>();
  typeOf.forEach((type, row) => {
    const rows = rowsOf.get(type);
    if (rows === undefined) {
      rowsOf.set(type, [row]);
    } else {
      rows.push(row);
    }
  });
  const stacks = await context.stacks.load(store, place, stackIds, context.signal);
  context.stacks.readDayAhead(store, place);
  const threads = columns.strings('thread_key');
  const numbers = ['value_sum', 'samples', 'inferred_sum', 'inferred_samples'].map((name) => columns.numbers(name));
  const [values, samples, inferred, inferredCounts] = numbers;
  const byType = [...rowsOf].map(([type, rows]) => {
    const picked = {
      length: rows.length,
      stack: Uint32Array.from(rows, (row) => stacks[row]),
      value: Float64Array.from(rows, (row) => values[row]),
      samples: Float64Array.from(rows, (row) => samples[row]),
      thread: rows.map((row) => threads[row]),
    };
    const given = {
      inferred: rows.reduce((sum, row) => sum + inferred[row], 0),
      inferredCount: rows.reduce((sum, row) => sum + inferredCounts[row], 0),
    };
    return [type, { ...typeSamples(profileTypeOf(type), picked), ...given }] as const;
  });
  return new Map(byType);
}

/**
 * Samples of one type in the spans of a question, where they are few uploads' and merely summed up; undefined = it asks for more.
 */
export async function readPlainSpans(
  context: QueryContext,
  store: StackStore,
  { restrictions, profileType, averaged }: SampleQuestion,
  { scope, range, profiles, carryingCount }: UploadPlan
): Promise<TypeSamples | undefined> {
  const { spans, wholeUploads, stackFilters, contextFilters } = restrictions;
  const isAverage = averaged && profileType.merge === 'average' && carryingCount > 1;
  if (spans === undefined || wholeUploads || isAverage || stackFilters.length > 0 || !profiles?.length) {
    return undefined;
  }
  const place = { ...range, uploads: scope, profiles, spans };
  const wanted = { types: [profileType.id], contexts: contextFilters };
  const samples = await readSpanSamples(context, store, place, await readSpanEntries(context, place), wanted);
  return samples.get(profileType.id) ?? noSamples(profileType);
}

export function noSamples(type: ProfileType): TypeSamples {
  const none = new Float64Array(0);
  return typeSamples(type, { length: 0, stack: new Uint32Array(0), value: none, samples: none, thread: [] });
}

export function typeSamples(type: ProfileType, rows: ThreadStacks): TypeSamples {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
  return { ...rows, type, total: sum(rows.value), sampleCount: sum(rows.samples), inferred: 0, inferredCount: 0 };
}

/** Types that are read of a span: what pickers leave out is half of all samples, and nobody asks for it here. */
export function typesOfSpan(uploads: ReadonlyArray<{ readonly types: readonly string[] }>, asked?: string): string[] {
  const present = [...new Set(uploads.flatMap(({ types }) => types))];
  return present.filter((id) => id === asked || !isHidden(id, present));
}

/** Types that are offered for a span, in the table's order. */
export function offeredTypes(byType: SpanSamples): TypeSamples[] {
  const present = [...byType.keys()];
  const offered = present.filter((id) => !isHidden(id, present)).sort(compareProfileTypes);
  return offered.flatMap((id) => byType.get(id) ?? []);
}

/** What a span is looked at by when nobody says: time that passed, else CPU time, else whatever there is. */
export function defaultType(samples: SpanSamples): ProfileType {
  const id = ['wall-time', 'cpu-time'].find((type) => samples.has(type)) ?? offeredTypes(samples)[0]?.type.id;
  return profileTypeOf(id ?? 'wall-time');
}
