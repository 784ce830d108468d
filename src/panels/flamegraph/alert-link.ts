import { type PanelData, locationUtil, urlUtil } from '@grafana/data';
import { config, getDataSourceSrv, locationService } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { type HotspanQueryFields } from '../../api/query';
import { datasourceId } from '../../api/frames';

type Target = DataQuery & HotspanQueryFields;

/** Rules can be made by users who may make rules. */
export function mayCreateAlerts(): boolean {
  const may = config.bootData?.user?.permissions?.['alert.rule:create'];
  return config.unifiedAlertingEnabled && may === true;
}

/** The query behind the frame, if an alert rule can ask it: only our datasource has rows of single methods. */
export function alertTarget({ request }: PanelData, refId: string | undefined): Target | undefined {
  const target = request?.targets.find((one) => refId === undefined || one.refId === refId);
  return target?.datasource?.type === datasourceId ? (target as Target) : undefined;
}

export interface AlertAbout {
  target: Target;
  panelData: PanelData;
  method: string;
  /** Share of the total that the frame has now, for a first threshold. */
  share: number;
  profileType?: string;
}

/** Opens Grafana's editor with a rule on the method's share of the total, for what the panel selects now. */
export async function openAlertEditor(about: AlertAbout): Promise<void> {
  const { target, panelData } = about;
  const scopedVars = panelData.request?.scopedVars ?? {};
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const datasource = await getDataSourceSrv().get(target.datasource, scopedVars);
  const [query = target] = datasource.interpolateVariablesInQueries?.([target], scopedVars) ?? [];
  const defaults = alertDefaults(query as Target, datasource.uid, about);
  const { pathname, search } = locationService.getLocation();
  locationService.push(
    locationUtil.stripBaseFromUrl(
      urlUtil.renderUrl('/alerting/new', { defaults: JSON.stringify(defaults), returnTo: pathname + search })
    )
  );
}

const windowSeconds = 300;

/** A first threshold: half above what it is now, in whole percents. */
const thresholdOf = (share: number) => (share > 0 ? Math.min(1, Math.ceil(share * 150) / 100) : 0.2);

/** What Grafana's rule form starts with: A = the share, with the row there (as 0) even when nothing was sampled; B = above it. */
export function alertDefaults(query: Target, datasourceUid: string, { method, share, profileType }: AlertAbout) {
  const { selector, filter, labelSelector, profileTypeId, adhocFilters } = query;
  const model = {
    refId: 'A',
    queryType: 'dimension',
    datasource: { type: datasourceId, uid: datasourceUid },
    profileType: query.profileType ?? profileType,
    ...{ selector, filter, labelSelector, profileTypeId, adhocFilters },
    dimension: 'method',
    measure: 'totalShare',
    groupBy: ['service'],
    rows: [method],
    format: 'alert',
  };
  const threshold = {
    refId: 'B',
    type: 'threshold',
    expression: 'A',
    datasource: { type: '__expr__', uid: '__expr__' },
    conditions: [{ type: 'query', evaluator: { type: 'gt', params: [thresholdOf(share)] } }],
  };
  const range = (from: number) => ({ relativeTimeRange: { from, to: 0 } });
  return {
    type: 'grafana',
    name: `${method.slice(0, 150)} takes much`,
    condition: 'B',
    queries: [
      { refId: 'A', queryType: 'dimension', datasourceUid, ...range(windowSeconds), model },
      { refId: 'B', queryType: '', datasourceUid: '__expr__', ...range(0), model: threshold },
    ],
    annotations: [
      {
        key: 'summary',
        value: '{{ $labels.method }} takes {{ humanizePercentage $values.A.Value }} of {{ $labels.service }}',
      },
    ],
  };
}
