import { type DataFrame, type DataQueryResponse, LoadingState, type PanelData } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { flameFields } from '../../api/frames';
import { type FlameRows, graftRows, hiddenBelow } from '../../model/flame-rows';
import { type FlameTree, buildFlameTree, followPath, labelOf, pathLabels } from '../../model/flame-tree';
import { frameWithFields } from '../../ui/panel-fields';
import { type FlameSource, neededFields, readFlameFrame } from './flame-data';

export type CutState = 'whole' | 'loading' | 'failed';

/** Shares below this aren't worth a query. */
const leastHidden = 1e-4;

interface Grafted {
  readonly source: FlameSource;
  readonly rows: FlameRows;
  readonly state: CutState;
}

/**
 * The rows of a source; where the zoomed frame lies in a cut part, they are completed by running the panel's own query
 * once more for that frame alone (`focus`). If that fails, what is there stays.
 */
export function useCutPart(source: FlameSource, data: PanelData, path: readonly string[], possible: boolean) {
  const [grafted, setGrafted] = useState<Grafted>({ source, rows: source.rows, state: 'whole' });
  const now = useMemo<Grafted>(
    () => (grafted.source === source ? grafted : { source, rows: source.rows, state: 'whole' }),
    [grafted, source]
  );
  const asked = useRef({ source, paths: new Set<string>() });
  const cut = possible && path.length > 0 && (source.custom.hiddenNodes ?? 0) > 0;
  useEffect(() => {
    if (asked.current.source !== source) {
      asked.current = { source, paths: new Set() };
    }
    const tree = cut ? buildFlameTree(now.rows) : undefined;
    const labels = tree && cutLabels(tree, now.rows, path);
    const key = JSON.stringify(labels);
    if (!tree || !labels || asked.current.paths.has(key)) {
      return;
    }
    asked.current.paths.add(key);
    const settle = (state: CutState) =>
      setGrafted((before) => (before.source === source ? { ...before, state } : { source, rows: source.rows, state }));
    Promise.resolve()
      .then(() => settle('loading'))
      .then(() => askPart(source, data, labels))
      .then((part) => setGrafted((before) => completed(before, source, labels, part)))
      .catch(() => settle('failed'));
  }, [source, data, path, cut, now]);
  return { rows: now.rows, state: now.state };
}

/** The way to the zoomed frame if the answer hides something below it. */
function cutLabels(tree: FlameTree, rows: FlameRows, path: readonly string[]): string[] | undefined {
  const node = followPath(tree, path);
  return node > 0 && hiddenBelow(rows, tree.row[node]) > leastHidden ? pathLabels(tree, node) : undefined;
}

function completed(before: Grafted, source: FlameSource, labels: readonly string[], part: FlameRows): Grafted {
  if (before.source !== source) {
    return before;
  }
  const tree = buildFlameTree(before.rows);
  let node = 0;
  for (const label of labels) {
    const children = Array.from(
      { length: tree.firstChild[node + 1] - tree.firstChild[node] },
      (_, i) => tree.firstChild[node] + i
    );
    node = children.find((child) => labelOf(tree, child) === label) ?? 0;
  }
  const row = tree.row[node];
  const fits = node > 0 && part.labels[part.label[0]] === labels.at(-1) && part.value[0] === before.rows.value[row];
  return fits ? { source, rows: graftRows(before.rows, row, part), state: 'whole' } : { ...before, state: 'failed' };
}

type FocusQuery = DataQuery & { focus: readonly string[] };

async function askPart(source: FlameSource, { request }: PanelData, focus: readonly string[]): Promise<FlameRows> {
  const target = request?.targets.find(({ refId }) => source.refId === undefined || refId === source.refId);
  if (!request || !target) {
    throw new Error('The panel has no query to ask again.');
  }
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const datasource = await getDataSourceSrv().get(target.datasource, request.scopedVars);
  const query: FocusQuery = { ...target, focus };
  const asked = { ...request, requestId: `${request.requestId}-focus`, targets: [query] };
  const answers: Promise<DataQueryResponse> | Observable<DataQueryResponse> = datasource.query(asked);
  return readPart(await lastValueFrom(from(answers)));
}

function readPart({ data, errors, state }: DataQueryResponse): FlameRows {
  const frame = frameWithFields(data as DataFrame[], neededFields);
  const part = frame && readFlameFrame(frame);
  if (state === LoadingState.Error || errors?.length || !part || 'problem' in part) {
    throw new Error(`The answer has no ${flameFields.label} rows.`);
  }
  return part.rows;
}
