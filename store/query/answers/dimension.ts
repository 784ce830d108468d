import { dimensionFields } from '../../../src/api/frames';
import type { Dimension, FrameJson, Measure } from '../../../src/api/query';
import { absentNames, dimensionTable, isContextDimension, type DimensionRow } from '../../../src/model/dimensions';
import { formatSpanId } from '../../../src/model/span-id';
import { withRoots } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, decimals, integers, texts } from '../frames/frame';
import { valueUnit } from '../frames/units';
import { estimateNotices } from '../estimate-notices';
import { inferredNotices } from '../inferred-spans';
import type { Notice } from '../notices';
import { planUploads } from '../plan';
import { filledNames, restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import { readKeys, readStacks, type SampleQuestion } from '../read-samples';
import type { ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { answerAlert } from './alert';

const defaultRows = 1000;

/** `queryType: dimension`: self and total of every row, from all samples; as a table or as numbers to alert on. */
export async function answerDimension(
  context: QueryContext,
  query: ParsedQuery,
  time: QueryTime
): Promise<FrameJson[]> {
  if (context.forAlert || query.format === 'alert') {
    return answerAlert(context, query, time);
  }
  const restrictions = await withRoots(context, restrictionsOf(query), time);
  const notices: Notice[] = [...restrictions.notices];
  const type = await resolveType(context, query.profileType ?? query.profileTypeId, restrictions, time, notices);
  const uploads = await planUploads(context, restrictions, time, type);
  const dimension = query.dimension ?? 'method';
  const question = { uploads, profileType: type, restrictions, averaged: true };
  const [table, inferred, estimates] = await Promise.all([
    readDimension(context, question, dimension),
    inferredNotices(context, question),
    estimateNotices(context, uploads, type),
  ]);
  const named = filledNames(query.rows, 'rows', notices);
  const rows = chosenRows(sorted(table.rows, query.measure ?? 'self'), named, query);
  const unit = valueUnit(type);
  const share = (value: number) => (table.total === 0 ? 0 : value / table.total);
  const columns = [
    texts(
      dimensionFields.name,
      rows.map(({ name }) => name)
    ),
    integers(
      dimensionFields.self,
      rows.map(({ self }) => self),
      { unit }
    ),
    integers(
      dimensionFields.total,
      rows.map(({ total }) => total),
      { unit }
    ),
    decimals(
      dimensionFields.selfShare,
      rows.map(({ self }) => share(self)),
      { unit: 'percentunit' }
    ),
    decimals(
      dimensionFields.totalShare,
      rows.map(({ total }) => share(total)),
      { unit: 'percentunit' }
    ),
    integers(
      dimensionFields.samples,
      rows.map(({ samples }) => samples)
    ),
  ];
  return [
    buildFrame('dimension', columns, {
      preferredVisualisationType: 'table',
      executedQueryString: questionText(query, `${type.name} by ${dimension}`, time.fromMs, time.toMs),
      notices: [...notices, ...uploads.notices, ...inferred, ...estimates],
      custom: {
        dimension,
        profileType: type.id,
        profileTypeName: type.name,
        unit: type.unit,
        total: table.total,
        rows: table.rows.length,
        profileCount: uploads.profileCount,
      },
    }),
  ];
}

export interface DimensionTable {
  readonly rows: readonly DimensionRow[];
  /** Value of all samples, with or without a row. */
  readonly total: number;
  readonly samples: number;
}

/** Every row of a dimension. */
export async function readDimension(
  context: QueryContext,
  question: SampleQuestion,
  dimension: Dimension
): Promise<DimensionTable> {
  if (!isContextDimension(dimension)) {
    const rows = await readStacks(context, context.stacks.open(context.tenant), question);
    const { total, samples } = sums(rows.value, rows.samples);
    return { rows: dimensionTable(rows.dictionary, rows, dimension), total, samples };
  }
  return readContext(context, question, dimension);
}

type ContextDimension = keyof typeof absentNames;

async function readContext(
  context: QueryContext,
  question: SampleQuestion,
  dimension: ContextDimension
): Promise<DimensionTable> {
  const rows = await readKeys(context, question, [dimension]);
  if (rows === undefined) {
    return { rows: [], total: 0, samples: 0 };
  }
  const { columns } = rows;
  const names =
    dimension === 'span' ? Array.from(columns.bigints('span_key'), formatSpanId) : columns.strings(`${dimension}_key`);
  return contextTable(names, rows.value, rows.samples, dimension);
}

function contextTable(
  names: readonly string[],
  value: ArrayLike<number>,
  samples: ArrayLike<number>,
  dimension: ContextDimension
): DimensionTable {
  const rows = new Map<string, { name: string; self: number; total: number; samples: number }>();
  names.forEach((written, at) => {
    const name = written === '' ? absentNames[dimension] : written;
    const row = rows.get(name) ?? { name, self: 0, total: 0, samples: 0 };
    row.self += value[at];
    row.total += value[at];
    row.samples += samples[at];
    rows.set(name, row);
  });
  return { rows: [...rows.values()], ...sums(value, samples) };
}

function sums(value: ArrayLike<number>, samples: ArrayLike<number>): { total: number; samples: number } {
  let total = 0;
  let count = 0;
  for (let at = 0; at < value.length; at++) {
    total += value[at];
    count += samples[at];
  }
  return { total, samples: count };
}

/** Largest first; equal ones by name. */
export function sorted(rows: readonly DimensionRow[], measure: Measure): DimensionRow[] {
  const first = measure === 'total' || measure === 'totalShare' ? 'total' : 'self';
  const second = first === 'self' ? 'total' : 'self';
  return [...rows].sort((a, b) => b[first] - a[first] || b[second] - a[second] || (a.name < b.name ? -1 : 1));
}

/** Rows asked for by name, also those that nothing was sampled of; else the largest. */
function chosenRows(
  rows: readonly DimensionRow[],
  named: readonly string[],
  query: ParsedQuery
): readonly DimensionRow[] {
  if (named.length === 0) {
    return rows.slice(0, query.limit ?? defaultRows);
  }
  const byName = new Map(rows.map((row) => [row.name, row]));
  const asked = named.map((name) => byName.get(name) ?? { name, self: 0, total: 0, samples: 0 });
  return sorted(asked, query.measure ?? 'self');
}
