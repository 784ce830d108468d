import {
  type AbstractQuery,
  type AdHocVariableFilter,
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  type DataSourceGetTagKeysOptions,
  type DataSourceGetTagValuesOptions,
  type DataSourceInstanceSettings,
  type MetricFindValue,
  type ScopedVars,
} from '@grafana/data';
import { type DataQuery } from '@grafana/schema';
import { DataSourceWithBackend, getTemplateSrv } from '@grafana/runtime';
import { type Observable, map } from 'rxjs';
import { toAbstractQuery } from './abstract';
import { adhocSelector, toAdhocFilters } from './adhoc';
import { averagesLater } from './averages-later';
import { importQueries } from './import-queries';
import { type HotspanOptions, type HotspanQuery, fallbackProfileType, queryTypeInfos } from './query';
import { traceTarget, withRequestLinks } from './request-links';
import { Resources } from './resources';
import { withSourceAddress } from './source-address';
import { type Templates, expandQuery } from './template';
import { VariableSupport } from './variables';

/**
 * All queries go through the Go backend unchanged but for variables: alert rules and public dashboards run without
 * this class, so it must add nothing that an answer depends on; links on its rows are all that it adds.
 */
export class HotspanDatasource extends DataSourceWithBackend<HotspanQuery, HotspanOptions> {
  override annotations = {
    getDefaultQuery: (): Partial<HotspanQuery> => ({ queryType: 'annotations' }),
  };
  readonly resources: Resources;
  readonly defaultProfileType: string;
  private readonly sourceUrl: string;
  private readonly tracesUid: string | undefined;

  constructor(
    settings: DataSourceInstanceSettings<HotspanOptions>,
    readonly templates: Templates = getTemplateSrv()
  ) {
    super(settings);
    this.defaultProfileType = settings.jsonData.defaultProfileType || fallbackProfileType;
    this.tracesUid = settings.jsonData.tracesDatasourceUid;
    this.resources = new Resources((path, params) => this.getResource(path, params));
    this.sourceUrl = settings.jsonData.sourceUrl ?? '';
    this.variables = new VariableSupport(this);
  }

  override query(request: DataQueryRequest<HotspanQuery>): Observable<DataQueryResponse> {
    return averagesLater(request, (part) => super.query(part)).pipe(
      map((response) => withRequestLinks(response, this.uid, traceTarget(this.tracesUid))),
      map((response) => withSourceAddress(response, this.sourceUrl))
    );
  }

  override getDefaultQuery(app: CoreApp): Partial<HotspanQuery> {
    const common = { profileType: this.defaultProfileType, selector: '' };
    if (app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting) {
      return { ...common, queryType: 'dimension', dimension: 'method', measure: 'selfShare', format: 'alert' };
    }
    return { ...common, queryType: app === CoreApp.Explore ? 'both' : 'profile' };
  }

  /** Runtime info is about one profile; without its id there is nothing to ask. */
  override filterQuery(query: HotspanQuery): boolean {
    return !query.hide && (query.queryType !== 'runtime' || Boolean(query.profileId));
  }

  override applyTemplateVariables(
    query: HotspanQuery,
    scopedVars: ScopedVars,
    filters?: AdHocVariableFilter[]
  ): HotspanQuery {
    const expanded = expandQuery(query, this.templates, scopedVars);
    // Of a span the store takes the time that passed, where nobody names a type.
    const needsType = query.queryType !== 'hotspots' && !expanded.profileType && !expanded.profileTypeId;
    const adhocFilters = [...(query.adhocFilters ?? []), ...toAdhocFilters(filters)];
    return {
      ...expanded,
      ...(needsType && { profileType: this.defaultProfileType }),
      ...(adhocFilters.length > 0 && { adhocFilters }),
    };
  }

  override getQueryDisplayText(query: HotspanQuery): string {
    const info = queryTypeInfos.find(({ value }) => value === (query.queryType ?? 'profile'));
    const parts = [
      info?.label ?? query.queryType,
      query.profileType ?? query.profileTypeId,
      query.selector || query.labelSelector || query.filter,
      query.profileId,
      query.dimension && `by ${query.dimension}`,
    ];
    return parts.filter(Boolean).join(' · ');
  }

  override async getTagKeys(options?: DataSourceGetTagKeysOptions<HotspanQuery>): Promise<MetricFindValue[]> {
    const scope = { range: options?.timeRange, selector: adhocSelector(options?.filters) };
    const labels = await this.resources.labels(scope);
    return labels.map(({ name }) => ({ text: name, value: name }));
  }

  override async getTagValues(options: DataSourceGetTagValuesOptions<HotspanQuery>): Promise<MetricFindValue[]> {
    const others = options.filters?.filter(({ key }) => key !== options.key);
    const scope = { range: options.timeRange, selector: adhocSelector(others) };
    const values = await this.resources.labelValues(options.key, scope);
    return values.map(({ value }) => ({ text: value, value }));
  }

  /** Grafana would take labels alone from who offers abstract queries, and leave Pyroscope's profile type behind. */
  override importQueries(queries: DataQuery[], origin: DataSourceApi): Promise<HotspanQuery[]> {
    return importQueries(queries, origin, this.defaultProfileType);
  }

  async exportToAbstractQueries(queries: HotspanQuery[]): Promise<AbstractQuery[]> {
    return queries.map(toAbstractQuery);
  }
}

export type HotspanRequest = DataQueryRequest<HotspanQuery>;
