import { type DataQuery } from '@grafana/schema';
import { type DataSourceApi, hasQueryExportSupport } from '@grafana/data';
import { fromAbstractQuery } from './abstract';
import { type HotspanQuery } from './query';

const pyroscopeType = 'grafana-pyroscope-datasource';
const parcaType = 'parca';

/** Fields that the queries of Pyroscope and Parca have in common with ours; what is of another kind is left out. */
const textFields = ['labelSelector', 'profileTypeId'] as const;
const listFields = ['groupBy', 'spanSelector'] as const;

/** Queries of another datasource as ours, when the user switches in Explore or on a dashboard. */
export async function importQueries(
  queries: DataQuery[],
  origin: DataSourceApi,
  defaultProfileType: string
): Promise<HotspanQuery[]> {
  if (origin.type === pyroscopeType || origin.type === parcaType) {
    return queries.map((query) => fromProfileQuery(query, defaultProfileType));
  }
  if (hasQueryExportSupport(origin)) {
    const abstract = await origin.exportToAbstractQueries(queries);
    return abstract.map((query) => fromAbstractQuery(query, defaultProfileType));
  }
  return [];
}

/** Pyroscope: flame graph, series or both. Parca: `queryType` says the same, its profile type has six parts. */
function fromProfileQuery(query: DataQuery, defaultProfileType: string): HotspanQuery {
  const field = (name: string): unknown => Reflect.get(query, name);
  const texts = textFields.map((name) => [name, field(name)]).filter(([, value]) => typeof value === 'string' && value);
  const lists = listFields
    .map((name) => [name, field(name)])
    .filter(([, value]) => Array.isArray(value) && value.length);
  const { labelSelector, profileTypeId, ...rest } = Object.fromEntries([...texts, ...lists]);
  const queryType = query.queryType === 'metrics' || query.queryType === 'profile' ? query.queryType : 'both';
  return {
    refId: query.refId,
    queryType,
    profileType: profileTypeId ? profileTypeOf(profileTypeId) : defaultProfileType,
    selector: labelSelector ?? '',
    ...rest,
  };
}

/** `name:type:unit:ptype:punit`, which the store understands; Parca appends `:delta` to it. */
function profileTypeOf(id: string): string {
  return id.split(':').slice(0, 5).join(':');
}
