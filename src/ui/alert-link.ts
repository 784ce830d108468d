import { type PanelData, locationUtil, urlUtil } from '@grafana/data';
import { config, getDataSourceSrv, locationService } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { datasourceId } from '../api/frames';
import { type Dimension, type HotspanQueryFields } from '../api/query';
import { packForRuleForm, percentForRuleForm, thresholdForRuleForm } from './rule-form-query';

export type AlertTarget = DataQuery & HotspanQueryFields;

/** Rules can be made by users who may make rules. */
export function mayCreateAlerts(): boolean {
  const may = config.bootData?.user?.permissions?.['alert.rules:create'];
  return config.unifiedAlertingEnabled && may === true;
}

/** The query behind a frame, if an alert rule can ask it: only our datasource has rows of single methods. */
export function alertTarget({ request }: PanelData, refId: string | undefined): AlertTarget | undefined {
  const target = request?.targets.find((one) => refId === undefined || one.refId === refId);
  return target?.datasource?.type === datasourceId ? (target as AlertTarget) : undefined;
}

/** The row that a rule is to watch, and where the user saw it. */
export interface AlertRow {
  dimension: Dimension;
  name: string;
  measure: 'selfShare' | 'totalShare';
  /** What the measure is now, 0..1, for a first threshold. */
  share: number;
  profileType?: string;
  /** The panel that the rule's notifications link to, on a dashboard. */
  panelId?: number;
}

/** Opens Grafana's editor with a rule on the row's share, for what the panel selects now. */
export async function openAlertEditor(target: AlertTarget, panelData: PanelData, row: AlertRow): Promise<void> {
  const scopedVars = panelData.request?.scopedVars ?? {};
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const datasource = await getDataSourceSrv().get(target.datasource, scopedVars);
  const [query = target] = datasource.interpolateVariablesInQueries?.([target], scopedVars) ?? [];
  const place = placeOf(panelData, row.panelId);
  const defaults = alertDefaults(query as AlertTarget, datasource.uid, row, place);
  const { pathname, search } = locationService.getLocation();
  locationService.push(
    locationUtil.stripBaseFromUrl(
      urlUtil.renderUrl('/alerting/new', { defaults: JSON.stringify(defaults), returnTo: pathname + search })
    )
  );
}

interface DashboardPlace {
  uid: string;
  panelId: number;
}

/** Pages and Explore have no dashboard to link to. */
function placeOf({ request }: PanelData, panelId: number | undefined): DashboardPlace | undefined {
  const uid = request?.dashboardUID;
  return uid && panelId !== undefined && request?.app === 'dashboard' ? { uid, panelId } : undefined;
}

const windowSeconds = 300;

/** A first threshold: half above what it is now, in whole percents. */
const percentAbove = (share: number) => (share > 0 ? Math.min(100, Math.ceil(share * 150)) : 20);

/** What Grafana's rule form starts with: A = the share, with the row there (as 0) even when nothing was sampled; B = in percent; C = above it. */
export function alertDefaults(query: AlertTarget, datasourceUid: string, row: AlertRow, place?: DashboardPlace) {
  const { dimension, name, measure, share } = row;
  const range = (from: number) => ({ relativeTimeRange: { from, to: 0 } });
  const model = packForRuleForm(alertModel(query, datasourceUid, row));
  const expressions = [percentForRuleForm('B', 'A'), thresholdForRuleForm('C', 'B', percentAbove(share))];
  return {
    type: 'grafana',
    name: `${name.slice(0, 150)} takes much${measure === 'selfShare' ? ' itself' : ''}`,
    condition: 'C',
    queries: [
      { refId: 'A', queryType: 'dimension', datasourceUid, ...range(windowSeconds), model },
      ...expressions.map((model) => ({
        refId: model.refId,
        queryType: '',
        datasourceUid: '__expr__',
        ...range(0),
        model,
      })),
    ],
    annotations: [
      {
        key: 'summary',
        value: `{{ $labels.${dimension} }} takes {{ humanizePercentage $values.A.Value }} of {{ $labels.service }}`,
      },
      ...(place ? linkAnnotations(place, dimension) : []),
    ],
  };
}

/** The rule's question: the row alone, in the uploads and samples that the panel chose, but for a filter on the row's own dimension. */
function alertModel(query: AlertTarget, uid: string, { dimension, name, measure, profileType }: AlertRow) {
  const { selector, filter, labelSelector, profileTypeId, adhocFilters, stackFilter } = query;
  const others = stackFilter?.filter(
    ({ dimension: filtered, values }) => filtered !== dimension && values.some((value) => value !== '')
  );
  return {
    refId: 'A',
    queryType: 'dimension',
    datasource: { type: datasourceId, uid },
    profileType: query.profileType ?? profileType,
    ...{ selector, filter, labelSelector, profileTypeId, adhocFilters },
    ...(others?.length ? { stackFilter: others } : {}),
    dimension,
    measure,
    groupBy: ['service'],
    rows: [name],
    format: 'alert',
  };
}

/** Grafana links to the panel by the first two; the third opens the dashboard with the row picked. */
function linkAnnotations({ uid, panelId }: DashboardPlace, dimension: Dimension) {
  const picked = `var-service={{ urlquery $labels.service }}&var-${dimension}={{ urlquery $labels.${dimension} }}`;
  return [
    { key: '__dashboardUid__', value: uid },
    { key: '__panelId__', value: String(panelId) },
    { key: 'description', value: `{{ externalURL }}d/${encodeURIComponent(uid)}?${picked}` },
  ];
}
