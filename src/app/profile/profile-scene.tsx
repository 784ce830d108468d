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
import { type Dimension } from '../../api/query';
import { type ProfileDetail } from '../../api/resources';
import { type HotspanQuery } from '../../datasource/query';
import { profilePath } from '../routes';
import { SplitView } from './split-view';
import { SelectionVariable } from './selection-variable';
import { type Selection } from './selection';

/** What the scene's queries depend on; all of it is in the URL. */
export interface ViewState {
  profileType: string;
  dimension: Dimension;
  span: string | null;
  selection: Selection;
}

export interface ProfileScene {
  scene: EmbeddedScene;
  variables: Record<'profile_type' | 'dimension' | 'span' | 'method' | 'thread', SelectionVariable>;
}

export type TabId = 'performance' | 'runtime' | 'requests';

const selectionFilter: HotspanQuery['stackFilter'] = [
  { dimension: 'method', match: 'any', values: ['$method'] },
  { dimension: 'thread', match: 'any', values: ['$thread'] },
];

function runner(uid: string, query: Omit<HotspanQuery, 'refId'>): SceneQueryRunner {
  return new SceneQueryRunner({ datasource: { uid, type: datasourceId }, queries: [{ refId: 'A', ...query }] });
}

/** The dimension panel lists all rows of its own dimension: only what is picked in others narrows it. */
function performanceBody(uid: string, profileId: string): PanelsBody {
  const samples = { profileId, profileType: '$profile_type', spanId: ['$span'] };
  return new PanelsBody({
    panels: [
      new VizPanel({
        key: 'panel-1',
        title: 'Flame graph',
        pluginId: flamegraphPanelId,
        $data: runner(uid, { ...samples, queryType: 'profile', stackFilter: selectionFilter }),
      }),
      new VizPanel({
        key: 'panel-2',
        title: 'Dimensions',
        pluginId: 'hotspan-dimensions-panel',
        $data: runner(uid, {
          ...samples,
          queryType: 'dimension',
          dimension: '$dimension' as Dimension,
          stackFilter: selectionFilter,
        }),
      }),
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
      profileType: '$profile_type',
      stackFilter: selectionFilter,
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

const bodies: Record<TabId, (uid: string, profileId: string) => PanelsBody> = {
  performance: performanceBody,
  runtime: runtimeBody,
  requests: requestsBody,
};

/** The panels of one tab with the variables that their queries use. */
export function buildScene(uid: string, detail: ProfileDetail, tab: TabId, view: ViewState): ProfileScene {
  const variables = {
    profile_type: new SelectionVariable('profile_type', view.profileType),
    dimension: new SelectionVariable('dimension', view.dimension),
    span: new SelectionVariable('span', view.span ?? ''),
    method: new SelectionVariable('method', view.selection.method),
    thread: new SelectionVariable('thread', view.selection.thread),
  };
  const scene = new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: dateTime(detail.start).toISOString(),
      to: dateTime(Math.max(detail.end, detail.start + 1)).toISOString(),
    }),
    $variables: new SceneVariableSet({ variables: Object.values(variables) }),
    body: bodies[tab](uid, detail.id),
  });
  return { scene, variables };
}

/** Brings the scene to what the URL says; only panels whose query changes ask again. */
export function updateScene({ variables }: ProfileScene, view: ViewState): void {
  variables.profile_type.change(view.profileType);
  variables.dimension.change(view.dimension);
  variables.span.change(view.span ?? '');
  variables.method.change(view.selection.method);
  variables.thread.change(view.selection.thread);
}

interface PanelsState extends SceneObjectState {
  panels: VizPanel[];
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
