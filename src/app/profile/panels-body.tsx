import React from 'react';
import {
  SceneObjectBase,
  type SceneComponentProps,
  type SceneObjectState,
  SceneQueryRunner,
  type VizPanel,
} from '@grafana/scenes';
import { datasourceId } from '../../api/frames';
import { type Dimension } from '../../api/query';
import { type HotspanQuery } from '../../datasource/query';
import { type SplitKind, SplitView } from './split-view';

export function runner(uid: string, query: Omit<HotspanQuery, 'refId'>): SceneQueryRunner {
  return new SceneQueryRunner({ datasource: { uid, type: datasourceId }, queries: [{ refId: 'A', ...query }] });
}

interface PanelsState extends SceneObjectState {
  panels: VizPanel[];
  split?: SplitKind;
  /** The dimension in the table, and the question behind it. */
  dimension?: { shown: Dimension; rows: SceneQueryRunner };
}

/** One panel over the whole width, or two with a splitter between them. */
export class PanelsBody extends SceneObjectBase<PanelsState> {
  static Component = ({ model }: SceneComponentProps<PanelsBody>) => {
    const {
      panels: [first, second],
      split,
    } = model.useState();
    if (!second) {
      return <first.Component model={first} />;
    }
    return (
      <SplitView kind={split} left={<first.Component model={first} />} right={<second.Component model={second} />} />
    );
  };
}
