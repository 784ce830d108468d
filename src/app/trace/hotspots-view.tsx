import { dateTime } from '@grafana/data';
import {
  EmbeddedScene,
  SceneFlexItem,
  SceneFlexLayout,
  SceneQueryRunner,
  SceneTimeRange,
  VizPanel,
} from '@grafana/scenes';
import React, { useEffect, useMemo } from 'react';
import { datasourceId } from '../../api/frames';
import { type HotspanQuery } from '../../datasource/query';

export interface AskedHotspots {
  readonly query: Omit<HotspanQuery, 'refId'>;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The hotspots panel with one question; it stays while the question changes. */
export function HotspotsView({ uid, asked }: { uid: string; asked: AskedHotspots }) {
  const key = JSON.stringify(asked);
  const { scene, runner, range } = useMemo(() => makeScene(uid), [uid]);
  useEffect(() => {
    const { query, fromMs, toMs }: AskedHotspots = JSON.parse(key);
    const [from, to] = [dateTime(fromMs), dateTime(Math.max(toMs, fromMs + 1))];
    range.setState({
      from: from.toISOString(),
      to: to.toISOString(),
      value: { from, to, raw: { from, to } },
    });
    runner.setState({ queries: [{ refId: 'A', ...query }] });
    runner.runQueries();
  }, [key, runner, range]);
  return <scene.Component model={scene} />;
}

function makeScene(uid: string) {
  const runner = new SceneQueryRunner({ datasource: { uid, type: datasourceId }, queries: [] });
  const range = new SceneTimeRange({});
  const panel = new VizPanel({
    key: 'panel-1',
    title: 'Code hotspots',
    pluginId: 'hotspan-hotspots-panel',
    options: { offerChildren: true },
    $data: runner,
  });
  const scene = new EmbeddedScene({
    $timeRange: range,
    body: new SceneFlexLayout({ children: [new SceneFlexItem({ body: panel })] }),
  });
  return { scene, runner, range };
}
