import { z } from 'zod';
import type { Columns, Statement } from '../engines/engine';
import type { QueryContext } from './context';
import { labelColumns } from './sql/profile-fields';

/** Everything the store knows about one profile, all its parts together. */
export interface StoredProfile {
  readonly id: string;
  /** Of the first part, as is `firstStartUs`: they say where the profile stands among others. */
  readonly number: bigint;
  readonly firstStartUs: number;
  readonly service: string;
  readonly instance: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly receivedMs: number;
  /** Every label, those with a column too; absent ones left out. */
  readonly labels: ReadonlyMap<string, string>;
  readonly types: ReadonlyArray<{ readonly id: string; readonly total: number; readonly samples: number }>;
  /** Requests per endpoint, where the client counts them. */
  readonly endpointCounts: ReadonlyMap<string, number>;
  readonly sampleCount: number;
  readonly sizeBytes: number;
  readonly status: 'ok' | 'unreadable';
  readonly reason: string;
  readonly format: string;
  readonly intake: string;
  readonly runtimeInfo: ReadonlyArray<readonly [group: string, key: string, value: string]>;
  readonly attachments: ReadonlyArray<{ readonly name: string; readonly format: string; readonly sizeBytes: number }>;
  /** Requests that it came in. */
  readonly raw: readonly RawPlace[];
}

export interface RawPlace {
  readonly segment: string;
  readonly offset: number;
  readonly length: number;
}

const runtimeInfoSchema = z.array(z.tuple([z.string(), z.string(), z.string()]));
const attachmentsSchema = z.array(z.object({ name: z.string(), format: z.string(), sizeBytes: z.number() }));

export async function readProfile(context: QueryContext, statement: Statement): Promise<StoredProfile | undefined> {
  return profileOf(await context.engine.select(statement, { signal: context.signal }));
}

/** The profile whose parts are the rows. */
export function profileOf(columns: Columns): StoredProfile | undefined {
  const parts = Array.from({ length: columns.rows }, (_, row) => partAt(columns, row));
  return parts.length === 0 ? undefined : parts.reduce(joined);
}

function partAt(columns: Columns, row: number): StoredProfile {
  const text = (name: string) => columns.strings(name)[row];
  const number = (name: string) => columns.numbers(name)[row];
  const list = (name: string) => Array.from<unknown>(columns.arrays(name)[row]);
  const counts = list('counts').map(Number);
  const totals = list('type_totals').map(Number);
  const requests = list('endpoint_requests').map(Number);
  return {
    id: text('uuid'),
    number: columns.bigints('number')[row],
    firstStartUs: number('start_us'),
    service: text('service_name'),
    instance: text('instance'),
    startUs: number('start_us'),
    endUs: number('end_us'),
    receivedMs: number('received_ms'),
    labels: labelsOf(text, list('label_names').map(String), list('label_values').map(String)),
    types: list('types').map((id, at) => ({ id: String(id), total: totals[at], samples: counts[at] })),
    endpointCounts: new Map(list('endpoint_names').map((name, at) => [String(name), requests[at]])),
    sampleCount: number('sample_count'),
    sizeBytes: number('size'),
    status: text('status_name') === 'ok' ? 'ok' : 'unreadable',
    reason: text('reason'),
    format: text('format_name'),
    intake: text('intake_name'),
    runtimeInfo: runtimeInfoSchema.catch([]).parse(jsonOr(text('runtime_info'))),
    attachments: attachmentsSchema.catch([]).parse(jsonOr(text('attachments'))),
    raw: [
      { segment: text('raw_segment_name'), offset: number('raw_offset_bytes'), length: number('raw_length_bytes') },
    ],
  };
}

/** A profile with one more of its parts. Labels are the same in all. */
function joined(profile: StoredProfile, part: StoredProfile): StoredProfile {
  return {
    ...profile,
    startUs: Math.min(profile.startUs, part.startUs),
    endUs: Math.max(profile.endUs, part.endUs),
    types: [...profile.types, ...part.types],
    endpointCounts: summed(profile.endpointCounts, part.endpointCounts),
    sampleCount: profile.sampleCount + part.sampleCount,
    sizeBytes: profile.sizeBytes + part.sizeBytes,
    reason: [...new Set([profile.reason, part.reason])].filter(Boolean).join('; '),
    format: [...new Set([...profile.format.split(','), ...part.format.split(',')])].filter(Boolean).sort().join(','),
    runtimeInfo: joinedInfo(profile.runtimeInfo, part.runtimeInfo),
    attachments: [...profile.attachments, ...part.attachments],
    raw: [...profile.raw, ...part.raw.filter((place) => !profile.raw.some((other) => isSamePlace(place, other)))],
  };
}

function summed(known: ReadonlyMap<string, number>, more: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map(known);
  more.forEach((count, name) => sums.set(name, (sums.get(name) ?? 0) + count));
  return sums;
}

/** Parts mostly say the same; what they say differently under one key stands there side by side. */
function joinedInfo(
  known: StoredProfile['runtimeInfo'],
  more: StoredProfile['runtimeInfo']
): StoredProfile['runtimeInfo'] {
  const place = ([group, key]: (typeof known)[number]) => JSON.stringify([group, key]);
  const values = new Map<string, Set<string>>();
  for (const entry of [...known, ...more]) {
    values.set(place(entry), (values.get(place(entry)) ?? new Set()).add(entry[2]));
  }
  const places = new Set(known.map(place));
  return [...known, ...more.filter((entry) => !places.has(place(entry)))].map((entry) => [
    entry[0],
    entry[1],
    [...(values.get(place(entry)) ?? [])].join(', '),
  ]);
}

function isSamePlace(a: RawPlace, b: RawPlace): boolean {
  return a.segment === b.segment && a.offset === b.offset;
}

function labelsOf(
  text: (name: string) => string,
  names: readonly string[],
  values: readonly string[]
): Map<string, string> {
  const fixed = labelColumns.map((name) => [name, text(`${name}_name`)] as const);
  const others = names.map((name, at) => [name, values[at]] as const).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([...fixed, ...others].filter(([, value]) => value !== ''));
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
