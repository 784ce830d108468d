import React from 'react';
import { dateTime } from '@grafana/data';
import {
  EmbeddedScene,
  SceneObjectBase,
  type SceneComponentProps,
  type SceneObjectState,
  SceneQueryRunner,
  SceneTimeRange,
  SceneVariableSet,
  VizPanel,
} from '@grafana/scenes';
import { datasourceId, flamegraphPanelId, requestsFields } from '../../api/frames';
import { type Dimension, dimensions } from '../../api/query';
import { type ProfileDetail } from '../../api/resources';
import { type HotspanQuery } from '../../datasource/query';
import { profilePath } from '../routes';
import { SplitView } from './split-view';
import { SelectionVariable } from './selection-variable';
import { type Pick, valuesOf, variableOf } from './selection';
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

/** The values picked in one dimension, as the variable that queries and panels know. */
interface PickVariable {
  dimension: Dimension;
  exclude: boolean;
  variable: SelectionVariable;
}

export type TabId = 'performance' | 'runtime' | 'requests';

function runner(uid: string, query: Omit<HotspanQuery, 'refId'>): SceneQueryRunner {
  return new SceneQueryRunner({ datasource: { uid, type: datasourceId }, queries: [{ refId: 'A', ...query }] });
}

const samplesOf = (profileId: string) => ({ profileId, profileType: '${profile_type}', spanId: ['${span_id}'] });

function dimensionQuery(profileId: string, dimension: Dimension): HotspanQuery {
  const stackFilter = selectionFilter(dimension);
  return { refId: 'A', ...samplesOf(profileId), queryType: 'dimension', dimension, stackFilter };
}

function performanceBody(uid: string, profileId: string, dimension: Dimension): PanelsBody {
  const rows = runner(uid, dimensionQuery(profileId, dimension));
  return new PanelsBody({
    dimension: { shown: dimension, rows },
    panels: [
      new VizPanel({
        key: 'panel-1',
        title: 'Flame graph',
        pluginId: flamegraphPanelId,
        $data: runner(uid, { ...samplesOf(profileId), queryType: 'profile', stackFilter: selectionFilter() }),
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

function bodyOf(tab: TabId, uid: string, profileId: string, dimension: Dimension): PanelsBody {
  switch (tab) {
    case 'performance':
      return performanceBody(uid, profileId, dimension);
    case 'runtime':
      return runtimeBody(uid, profileId);
    case 'requests':
      return requestsBody(uid, profileId);
  }
}

/** The panels of one tab with the variables that their queries use. */
export function buildScene(uid: string, detail: ProfileDetail, tab: TabId, view: ViewState): ProfileScene {
  const profileType = new SelectionVariable('profile_type', view.profileType);
  const span = new SelectionVariable('span_id', view.span ?? '');
  const picks = dimensions.flatMap((dimension) =>
    [false, true].map((exclude) => {
      const values = valuesOf(view.selection, dimension, exclude);
      return { dimension, exclude, variable: new SelectionVariable(variableOf(dimension, exclude), values) };
    })
  );
  const body = bodyOf(tab, uid, detail.id, view.dimension);
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
  profileId: string,
  view: ViewState
): void {
  profileType.change(view.profileType);
  span.change(view.span ?? '');
  for (const { dimension, exclude, variable } of picks) {
    variable.change(valuesOf(view.selection, dimension, exclude));
  }
  const { dimension } = body.state;
  if (dimension && dimension.shown !== view.dimension) {
    body.setState({ dimension: { ...dimension, shown: view.dimension } });
    dimension.rows.setState({ queries: [dimensionQuery(profileId, view.dimension)] });
    dimension.rows.runQueries();
  }
}

interface PanelsState extends SceneObjectState {
  panels: VizPanel[];
  /** The dimension in the table, and the question behind it. */
  dimension?: { shown: Dimension; rows: SceneQueryRunner };
}

/** One panel over the whole width, or two with a splitter between them. */
class PanelsBody extends SceneObjectBase<PanelsState> {
  static Component = ({ model }: SceneComponentProps<PanelsBody>) => {
    const [first, second] = model.useState().panels;
    if (!second) {
      return <first.Component model={first} />;
    }
    return <SplitView left={<first.Component model={first} />} right={<second.Component model={second} />} />;
  };
}
