import { dateTime } from '@grafana/data';
import { EmbeddedScene, SceneTimeRange, SceneVariableSet, VizPanel } from '@grafana/scenes';
import { flamegraphPanelId } from '../../api/frames';
import { type Dimension } from '../../api/query';
import { type HotspanQuery } from '../../datasource/query';
import { PanelsBody, runner } from '../profile/panels-body';
import { type PickVariable, pickVariables } from '../profile/pick-variables';
import { type Pick } from '../profile/selection';
import { selectionFilter } from '../profile/selection-filter';
import { type LeftSide } from './baseline';
import { type MergedUploads } from './merged-uploads';

export type CompareTab = 'flame' | 'table' | 'runtime';

/** What the panels of a comparison ask about. */
export interface Comparison {
  left: LeftSide;
  leftName: string;
  right: LeftSide;
  rightName: string;
  profileType: string;
  dimension: Dimension;
}

type Fields = Omit<HotspanQuery, 'refId'>;

const ofSide = ({ profileId, selector }: LeftSide): Fields => ({ profileId, selector });

function panel(key: string, title: string, pluginId: string, uid: string, query: Fields, side?: LeftSide): VizPanel {
  return new VizPanel({ key, title, pluginId, $data: runner(uid, query), $timeRange: side && rangeOf(side) });
}

function rangeOf({ fromMs, toMs }: LeftSide): SceneTimeRange {
  return new SceneTimeRange({ from: dateTime(fromMs).toISOString(), to: dateTime(toMs).toISOString() });
}

function panelsOf(uid: string, tab: CompareTab, comparison: Comparison): VizPanel[] {
  const { left, leftName, right, rightName, profileType, dimension } = comparison;
  const table = (key: string, name: string, side: LeftSide) =>
    panel(
      key,
      name,
      'hotspan-dimensions-panel',
      uid,
      { ...ofSide(side), queryType: 'dimension', profileType, dimension, stackFilter: selectionFilter(dimension) },
      side
    );
  switch (tab) {
    case 'flame': {
      const compare = { profileId: right.profileId };
      const query: Fields = {
        ...ofSide(left),
        queryType: 'profile',
        profileType,
        compare,
        stackFilter: selectionFilter(),
      };
      return [panel('panel-1', `${leftName} → ${rightName}`, flamegraphPanelId, uid, query)];
    }
    case 'table':
      return [table('panel-2', leftName, left), table('panel-3', rightName, right)];
    case 'runtime': {
      const query: Fields = { queryType: 'runtime', profileId: left.profileId, compareId: right.profileId };
      return [panel('panel-4', `${leftName} and ${rightName}`, 'hotspan-runtimeinfo-panel', uid, query)];
    }
  }
}

export interface SideScene {
  scene: EmbeddedScene;
  picks: PickVariable[];
}

function sceneOf(range: LeftSide, body: PanelsBody, selection: readonly Pick[]): SideScene {
  const picks = pickVariables(selection);
  const scene = new EmbeddedScene({
    $timeRange: rangeOf(range),
    $variables: new SceneVariableSet({ variables: picks.map(({ variable }) => variable) }),
    body,
  });
  return { scene, picks };
}

/** The panels of a tab; each side is asked in its own time. */
export function compareScene(
  uid: string,
  tab: CompareTab,
  comparison: Comparison,
  selection: readonly Pick[]
): SideScene {
  const body = new PanelsBody({ panels: panelsOf(uid, tab, comparison), split: 'equal' });
  return sceneOf(comparison.left, body, selection);
}

/** Several uploads as one profile: graph and table side by side. */
export function mergeScene(
  uid: string,
  { filter, fromMs, toMs }: MergedUploads,
  shown: { profileType: string; dimension: Dimension },
  selection: readonly Pick[]
): SideScene {
  const { profileType, dimension } = shown;
  const graph: Fields = { filter, profileType, queryType: 'profile', stackFilter: selectionFilter() };
  const table: Fields = {
    filter,
    profileType,
    queryType: 'dimension',
    dimension,
    stackFilter: selectionFilter(dimension),
  };
  const panels = [
    panel('panel-1', 'Flame graph', flamegraphPanelId, uid, graph),
    panel('panel-2', 'Dimensions', 'hotspan-dimensions-panel', uid, table),
  ];
  return sceneOf({ fromMs, toMs }, new PanelsBody({ panels }), selection);
}
