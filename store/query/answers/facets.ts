import { facetFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { canonicalLabel } from '../../../src/model/selector';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, integers, texts } from '../frames/frame';
import { facetCounts, type FacetCount } from '../label-counts';
import { isLabel } from '../label-filter';
import { listScope, selectProfiles } from '../list-scope';
import { restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { facetsStatement } from '../sql/counts';
import type { UploadScope } from '../sql/upload-scope';

const defaultNames = ['service', 'host', 'env', 'version', 'language'];
const defaultValues = 50;

/** `queryType: facets`: values of labels with the number of uploads; '' counts those without the label. */
export async function answerFacets(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const asked = query.names !== undefined && query.names.length > 0 ? query.names.map(canonicalLabel) : defaultNames;
  const names = [...new Set(asked)];
  const found = await countFacets(context, listScope(context, restrictions, time), names, query.limit ?? defaultValues);
  const fields = [
    texts(
      facetFields.name,
      found.map(({ name }) => name)
    ),
    texts(
      facetFields.value,
      found.map(({ value }) => value)
    ),
    integers(
      facetFields.count,
      found.map(({ uploads }) => uploads)
    ),
  ];
  return [
    buildFrame('facets', fields, {
      preferredVisualisationType: 'table',
      executedQueryString: questionText(query, `values of ${names.join(', ')}`, time.fromMs, time.toMs),
      notices: [...restrictions.notices],
    }),
  ];
}

/** Counted in memory where labels are known there, else by the engine. */
async function countFacets(
  context: QueryContext,
  scope: UploadScope,
  names: readonly string[],
  perName: number
): Promise<FacetCount[]> {
  const sets = names.every(isLabel) ? context.labels?.setsStarting(scope) : undefined;
  if (sets !== undefined) {
    return facetCounts(sets, scope.window, names, perName);
  }
  const columns = await selectProfiles(context, scope, (of) => facetsStatement(of, names, perName));
  const [name, value] = [columns.strings('name'), columns.strings('value')];
  const uploads = columns.numbers('uploads');
  const order = name.map((_, at) => at).sort((a, b) => names.indexOf(name[a]) - names.indexOf(name[b]) || a - b);
  return order.map((at) => ({ name: name[at], value: value[at], uploads: uploads[at] }));
}
