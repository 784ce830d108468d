import { facetFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { canonicalLabel } from '../../../src/model/selector';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, integers, texts } from '../frames/frame';
import { listScope, selectProfiles } from '../list-scope';
import { restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { facetsStatement } from '../sql/counts';

const defaultNames = ['service', 'host', 'env', 'version', 'language'];
const defaultValues = 50;

/** `queryType: facets`: values of labels with the number of uploads; '' counts those without the label. */
export async function answerFacets(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const asked = query.names !== undefined && query.names.length > 0 ? query.names.map(canonicalLabel) : defaultNames;
  const names = [...new Set(asked)];
  const columns = await selectProfiles(context, listScope(context, restrictions, time), (scope) =>
    facetsStatement(scope, names, query.limit ?? defaultValues)
  );
  const name = columns.strings('name');
  const value = columns.strings('value');
  const uploads = columns.numbers('uploads');
  const order = name.map((_, at) => at).sort((a, b) => names.indexOf(name[a]) - names.indexOf(name[b]) || a - b);
  const fields = [
    texts(
      facetFields.name,
      order.map((at) => name[at])
    ),
    texts(
      facetFields.value,
      order.map((at) => value[at])
    ),
    integers(
      facetFields.count,
      order.map((at) => uploads[at])
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
