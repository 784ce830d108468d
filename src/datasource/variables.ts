import {
  CustomVariableSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type MetricFindValue,
  dateTimeFormat,
} from '@grafana/data';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { profilesFields } from '../api/frames';
import { type Dimension } from '../api/query';
import { type HotspanDatasource } from './datasource';
import { lazily } from './lazily';
import { type HotspanQuery, type HotspanVariableQuery, type VariableKind } from './query';
import { type ResourceScope } from './resources';
import { expandDimension, expandSelector } from './template';

type VariableRequest = DataQueryRequest<HotspanVariableQuery>;
type Load = (
  datasource: HotspanDatasource,
  query: HotspanVariableQuery,
  scope: ResourceScope,
  request: VariableRequest
) => Promise<MetricFindValue[]>;

const named = (name: string): MetricFindValue => ({ text: name, value: name });

/** What the user has typed into the variable's search box. */
function searchText(request: VariableRequest): string {
  return String(request.scopedVars.__searchFilter?.value ?? '').replace(/\*$/, '');
}

function labelValues(label: string): Load {
  return async ({ resources }, { limit }, scope, request) => {
    const values = await resources.labelValues(label, scope, { limit, match: searchText(request) });
    return values.map(({ value }) => named(value));
  };
}

/** A list that is too short would make Grafana drop picked values that are not in it. */
const defaultValueLimit = 1000;

function dimensionValues(dimension: Dimension): Load {
  return async ({ resources }, { limit = defaultValueLimit }, scope, request) => {
    const values = await resources.suggest(searchText(request), scope, { dimension, limit });
    return values.map(({ value }) => named(value));
  };
}

const loaders: Record<VariableKind, Load> = {
  services: labelValues('service'),
  labelValues: (datasource, query, scope, request) =>
    query.label ? labelValues(query.label)(datasource, query, scope, request) : Promise.resolve([]),
  labels: async ({ resources }, _query, scope) => (await resources.labels(scope)).map(({ name }) => named(name)),
  profileTypes: async ({ resources }, _query, scope) =>
    (await resources.profileTypes(scope))
      .filter(({ hidden }) => !hidden)
      .map(({ id, name }) => ({ text: name, value: id })),
  methods: dimensionValues('method'),
  dimensionValues: (datasource, query, scope, request) =>
    dimensionValues(expandDimension(query.dimension, datasource.templates, request.scopedVars) ?? 'method')(
      datasource,
      query,
      scope,
      request
    ),
  dimensions: async ({ resources }, _query, scope) =>
    (await resources.dimensions(scope)).map(({ id, name }) => ({ text: name, value: id })),
  profiles: loadProfiles,
};

async function loadProfiles(
  datasource: HotspanDatasource,
  { limit, refId }: HotspanVariableQuery,
  { selector }: ResourceScope,
  request: VariableRequest
): Promise<MetricFindValue[]> {
  const target: HotspanQuery = { refId, queryType: 'profiles', selector, limit: limit ?? 100 };
  const answer = await lastValueFrom(datasource.query({ ...request, targets: [target] }));
  if (answer.errors?.length) {
    throw new Error(answer.errors[0].message);
  }
  const column = (name: string): unknown[] =>
    answer.data[0]?.fields.find((field: { name: string }) => field.name === name)?.values ?? [];
  const times = column(profilesFields.time);
  const services = column(profilesFields.service);
  return column(profilesFields.id).map((id, row) => ({
    text: `${dateTimeFormat(Number(times[row]))} ${services[row] ?? ''}`.trim(),
    value: String(id),
  }));
}

/** Dashboard variables of every kind. Selectors may use other variables, so variables cascade. */
export class VariableSupport extends CustomVariableSupport<HotspanDatasource, HotspanVariableQuery> {
  override editor = lazily(() => import('./editors/variable-editor').then((module) => module.VariableEditor));

  constructor(private readonly datasource: HotspanDatasource) {
    super();
  }

  override getDefaultQuery(): Partial<HotspanQuery> & Partial<HotspanVariableQuery> {
    return { kind: 'services' };
  }

  override query(request: VariableRequest): Observable<DataQueryResponse> {
    return from(this.load(request).then((data) => ({ data })));
  }

  private load(request: VariableRequest): Promise<MetricFindValue[]> {
    const [query] = request.targets;
    const { templates } = this.datasource;
    const selector = expandSelector(query.selector, templates, request.scopedVars);
    const profileType = query.profileType && templates.replace(query.profileType, request.scopedVars);
    const scope = { range: request.range, selector, profileType };
    return loaders[query.kind ?? 'services'](this.datasource, query, scope, request);
  }
}
