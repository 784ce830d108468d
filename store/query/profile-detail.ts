import { z } from 'zod';
import type { Columns, Statement } from '../engines/engine';
import type { QueryContext } from './context';
import { labelColumns } from './sql/profile-fields';

/** Everything the store knows about one upload. */
export interface StoredProfile {
  readonly id: string;
  readonly number: bigint;
  readonly service: string;
  readonly instance: string;
  readonly startUs: number;
  readonly endUs: number;
  readonly receivedMs: number;
  /** Every label, those with a column too; absent ones left out. */
  readonly labels: ReadonlyMap<string, string>;
  readonly types: ReadonlyArray<{ readonly id: string; readonly total: number; readonly samples: number }>;
  readonly sampleCount: number;
  readonly sizeBytes: number;
  readonly status: 'ok' | 'unreadable';
  readonly reason: string;
  readonly format: string;
  readonly intake: string;
  readonly runtimeInfo: ReadonlyArray<readonly [group: string, key: string, value: string]>;
  readonly attachments: ReadonlyArray<{ readonly name: string; readonly format: string; readonly sizeBytes: number }>;
  readonly raw: { readonly segment: string; readonly offset: number; readonly length: number };
}

const runtimeInfoSchema = z.array(z.tuple([z.string(), z.string(), z.string()]));
const attachmentsSchema = z.array(z.object({ name: z.string(), format: z.string(), sizeBytes: z.number() }));

export async function readProfile(context: QueryContext, statement: Statement): Promise<StoredProfile | undefined> {
  const columns = await context.engine.select(statement, { signal: context.signal });
  return columns.rows === 0 ? undefined : profileOf(columns);
}

function profileOf(columns: Columns): StoredProfile {
  const text = (name: string) => columns.strings(name)[0];
  const number = (name: string) => columns.numbers(name)[0];
  const list = (name: string) => Array.from<unknown>(columns.arrays(name)[0]);
  const counts = list('counts').map(Number);
  const totals = list('type_totals').map(Number);
  return {
    id: text('uuid'),
    number: columns.bigints('number')[0],
    service: text('service_name'),
    instance: text('instance'),
    startUs: number('start_us'),
    endUs: number('end_us'),
    receivedMs: number('received_ms'),
    labels: labelsOf(text, list('label_names').map(String), list('label_values').map(String)),
    types: list('types').map((id, at) => ({ id: String(id), total: totals[at], samples: counts[at] })),
    sampleCount: number('sample_count'),
    sizeBytes: number('size'),
    status: text('status_name') === 'ok' ? 'ok' : 'unreadable',
    reason: text('reason'),
    format: text('format_name'),
    intake: text('intake_name'),
    runtimeInfo: runtimeInfoSchema.catch([]).parse(jsonOr(text('runtime_info'))),
    attachments: attachmentsSchema.catch([]).parse(jsonOr(text('attachments'))),
    raw: { segment: text('raw_segment_name'), offset: number('raw_offset_bytes'), length: number('raw_length_bytes') },
  };
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
