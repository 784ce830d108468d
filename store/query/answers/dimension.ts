import { dimensionFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import type { DimensionRow } from '../../../src/model/dimensions';
import { withRoots } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, decimals, integers, texts } from '../frames/frame';
import { valueUnit } from '../frames/units';
import { estimateNotices } from '../estimate-notices';
import { inferredNotices } from '../inferred-spans';
import type { Notice } from '../notices';
import { planUploads } from '../plan';
import { filledNames, restrictionsOf, wholeUploadNotices } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { resolveType } from '../resolve-type';
import { answerAlert } from './alert';
import { readDimension, sorted } from './dimension-table';

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
  const notices: Notice[] = [...restrictions.notices, ...wholeUploadNotices(restrictions)];
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
