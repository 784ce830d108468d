import { compareProfileTypes, isHidden, profileTypeOf, type ProfileType } from '../../src/model/profile-types';
import type { ThreadStacks } from '../../src/model/hotspot-tree';
import { formatTraceId } from '../../src/model/span-id';
import type { Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { spanFactsStatement, spanSamplesStatement, type SpanPlace } from './sql/span-samples';
import type { SpanMatch } from './sql/upload-scope';
import type { StackStore } from './stack-store';

/** Samples of a profile type by stack and thread. */
export interface TypeSamples extends ThreadStacks {
  readonly type: ProfileType;
  readonly total: number;
  readonly sampleCount: number;
  /** What of the total lies in samples whose span was found by thread and time. */
  readonly inferred: number;
}

/** Everything that was sampled in spans, by profile type. */
export interface SpanSamples {
  readonly byType: ReadonlyMap<string, TypeSamples>;
  readonly facts: SpanFacts;
}

/** What uploads say about spans; '' = nothing. */
export interface SpanFacts {
  readonly endpoint: string;
  readonly operation: string;
  readonly traceId: string;
}

export const noFacts: SpanFacts = { endpoint: '', operation: '', traceId: '' };

const hourUs = 3600e6;
const maxRows = 2_000_000;

/** Where the samples of the uploads lie; undefined = there are no uploads. */
export function spanPlace(uploads: Uploads, spans: SpanMatch): SpanPlace | undefined {
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
    spans,
  };
}

export async function readSpanSamples(
  context: QueryContext,
  store: StackStore,
  place: SpanPlace
): Promise<SpanSamples> {
  const options = { signal: context.signal, maxRows };
  const [columns, facts] = await Promise.all([
    context.engine.select(spanSamplesStatement(place), options),
    context.engine.select(spanFactsStatement(place), options),
  ]);
  const types = columns.strings('type_key');
  const stackIds = columns.bigints('stack_key');
  const rowsOf = new Map<string, number[]>();
  types.forEach((type, row) => {
    const rows = rowsOf.get(type);
    if (rows === undefined) {
      rowsOf.set(type, [row]);
    } else {
      rows.push(row);
    }
  });
  const stacks = await context.stacks.load(store, place, stackIds, context.signal);
  const threads = columns.strings('thread_key');
  const [values, samples, inferred] = ['value_sum', 'samples', 'inferred_sum'].map((name) => columns.numbers(name));
  const byType = [...rowsOf].map(([type, rows]) => {
    const picked = {
      length: rows.length,
      stack: Uint32Array.from(rows, (row) => stacks[row]),
      value: Float64Array.from(rows, (row) => values[row]),
      samples: Float64Array.from(rows, (row) => samples[row]),
      thread: rows.map((row) => threads[row]),
    };
    const given = rows.reduce((sum, row) => sum + inferred[row], 0);
    return [type, typeSamples(profileTypeOf(type), picked, given)] as const;
  });
  const [high, low] = [facts.bigints('trace_high_id'), facts.bigints('trace_low_id')];
  const traceAt = Array.from(low).findIndex((id, at) => id !== 0n || high[at] !== 0n);
  return {
    byType: new Map(byType),
    facts: {
      endpoint: facts.strings('endpoint_text').find((endpoint) => endpoint !== '') ?? '',
      operation: facts.strings('operation_text').find((operation) => operation !== '') ?? '',
      traceId: traceAt < 0 ? '' : formatTraceId(high[traceAt], low[traceAt]),
    },
  };
}

export function typeSamples(type: ProfileType, rows: ThreadStacks, inferred = 0): TypeSamples {
  const sum = (values: ArrayLike<number>) => Array.from(values).reduce((all, value) => all + value, 0);
  return { ...rows, type, total: sum(rows.value), sampleCount: sum(rows.samples), inferred };
}

/** Types that are offered for a span, in the table's order. */
export function offeredTypes({ byType }: SpanSamples): TypeSamples[] {
  const present = [...byType.keys()];
  const offered = present.filter((id) => !isHidden(id, present)).sort(compareProfileTypes);
  return offered.flatMap((id) => byType.get(id) ?? []);
}

/** What a span is looked at by when nobody says: time that passed, else CPU time, else whatever there is. */
export function defaultType(samples: SpanSamples): ProfileType {
  const id = ['wall-time', 'cpu-time'].find((type) => samples.byType.has(type)) ?? offeredTypes(samples)[0]?.type.id;
  return profileTypeOf(id ?? 'wall-time');
}
