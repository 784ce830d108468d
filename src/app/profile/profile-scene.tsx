import { dateTime } from '@grafana/data';
import { EmbeddedScene, SceneTimeRange, SceneVariableSet, VizPanel } from '@grafana/scenes';
import { flamegraphPanelId, requestsFields } from '../../api/frames';
import { type Dimension } from '../../api/query';
import { type ProfileDetail } from '../../api/resources';
import { type HotspanQuery } from '../../datasource/query';
import { profilePath } from '../routes';
import { writeSelector } from '../../ui/selector';
import { PanelsBody, runner } from './panels-body';
import { SelectionVariable } from './selection-variable';
import { type PickVariable, pickVariables, updatePicks } from './pick-variables';
import { type Pick } from './selection';
import { selectionFilter } from './selection-filter';

/** What the scene's queries depend on; all of it is in the URL. */
export interface ViewState {
  profileType: string;
  dimension: Dimension;
  span: string | null;
  selection: Pick[];
}

export interface ProfileScene {
  scene: EmbeddedScene;
  profileType: SelectionVariable;
  span: SelectionVariable;
  picks: PickVariable[];
  body: PanelsBody;
}

/** Tabs that are made of panels. */
export type PanelTab = 'performance' | 'runtime' | 'requests';

/** The id says it all; the selector stays when a rule is made of the query, which has to be about later uploads too. */
function samplesOf({ id, service, labels }: ProfileDetail) {
  const matchers = Object.entries({ service, env: labels.env ?? '' }).filter(([, value]) => value !== '');
  const selector = writeSelector(matchers.map(([label, value]) => ({ label, operator: '=', value })));
  return { profileId: id, selector, profileType: '${profile_type}', spanId: ['${span_id}'] };
}

function dimensionQuery(detail: ProfileDetail, dimension: Dimension): HotspanQuery {
  const stackFilter = selectionFilter(dimension);
  return { refId: 'A', ...samplesOf(detail), queryType: 'dimension', dimension, stackFilter };
}

function performanceBody(uid: string, detail: ProfileDetail, dimension: Dimension): PanelsBody {
  const rows = runner(uid, dimensionQuery(detail, dimension));
  return new PanelsBody({
    dimension: { shown: dimension, rows },
    panels: [
      new VizPanel({
        key: 'panel-1',
        title: 'Flame graph',
        pluginId: flamegraphPanelId,
        $data: runner(uid, { ...samplesOf(detail), queryType: 'profile', stackFilter: selectionFilter() }),
      }),
      new VizPanel({ key: 'panel-2', title: 'Dimensions', pluginId: 'hotspan-dimensions-panel', $data: rows }),
    ],
  });
}

function runtimeBody(uid: string, profileId: string): PanelsBody {
  const panel = new VizPanel({
    key: 'panel-3',
    title: 'Runtime info',
    pluginId: 'hotspan-runtimeinfo-panel',
    $data: runner(uid, { queryType: 'runtime', profileId }),
  });
  return new PanelsBody({ panels: [panel] });
}

/** Each span id links to this page with the samples of that span only. */
function requestsBody(uid: string, profileId: string): PanelsBody {
  const search = { ds: uid, tab: 'performance' };
  const url = `${profilePath(profileId, search)}&span=\${__value.raw}&type=\${profile_type}`;
  const panel = new VizPanel({
    key: 'panel-4',
    title: 'Requests',
    pluginId: 'table',
    $data: runner(uid, {
      queryType: 'requests',
      requestsBy: 'span',
      profileId,
      profileType: '${profile_type}',
      stackFilter: selectionFilter(),
      limit: 200,
    }),
    fieldConfig: {
      defaults: {},
      overrides: [
        {
          matcher: { id: 'byName', options: requestsFields.spanId },
          properties: [{ id: 'links', value: [{ title: 'Samples of this span', url }] }],
        },
      ],
    },
  });
  return new PanelsBody({ panels: [panel] });
}

function bodyOf(tab: PanelTab, uid: string, detail: ProfileDetail, dimension: Dimension): PanelsBody {
  switch (tab) {
    case 'performance':
      return performanceBody(uid, detail, dimension);
    case 'runtime':
      return runtimeBody(uid, detail.id);
    case 'requests':
      return requestsBody(uid, detail.id);
  }
}

/** The panels of one tab with the variables that their queries use. */
export function buildScene(uid: string, detail: ProfileDetail, tab: PanelTab, view: ViewState): ProfileScene {
  const profileType = new SelectionVariable('profile_type', view.profileType);
  const span = new SelectionVariable('span_id', view.span ?? '');
  const picks = pickVariables(view.selection);
  const body = bodyOf(tab, uid, detail, view.dimension);
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: dateTime(detail.start).toISOString(),
      to: dateTime(Math.max(detail.end, detail.start + 1)).toISOString(),
    }),
    $variables: new SceneVariableSet({ variables: [profileType, span, ...picks.map(({ variable }) => variable)] }),
    body,
  });
  return { scene, profileType, span, picks, body };
}

/** Brings the scene to what the URL says; only panels whose query changes ask again. */
export function updateScene(
  { profileType, span, picks, body }: ProfileScene,
  detail: ProfileDetail,
  view: ViewState
): void {
  profileType.change(view.profileType);
  span.change(view.span ?? '');
  updatePicks(picks, view.selection);
  const { dimension } = body.state;
  if (dimension && dimension.shown !== view.dimension) {
    body.setState({ dimension: { ...dimension, shown: view.dimension } });
    dimension.rows.setState({ queries: [dimensionQuery(detail, view.dimension)] });
    dimension.rows.runQueries();
  }
}
