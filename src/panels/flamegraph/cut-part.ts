import { type DataFrame, type DataQueryResponse, LoadingState, type PanelData } from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type DataQuery } from '@grafana/schema';
import { type Observable, from, lastValueFrom } from 'rxjs';
import { flameFields } from '../../api/frames';
import { type FlameRows, graftRows, hiddenBelow } from '../../model/flame-rows';
import { buildFlameTree, followPath, labelOf, pathLabels } from '../../model/flame-tree';
import { frameWithFields } from '../../ui/panel-fields';
import { type FlameSource, readFlameFrame } from './flame-data';
import { neededFields } from './needed-fields';
import { type Grafted } from './use-cut-part';

/** Shares below this aren't worth a query. */
const leastHidden = 1e-4;

/** Asks for the cut part that a path leads into, unless it is in `asked`; what comes of it is told to `change`. */
export async function loadCutPart(
  { source, rows }: Grafted,
  path: readonly string[],
  data: PanelData,
  asked: Set<string>,
  change: (next: (before: Grafted) => Grafted) => void
): Promise<void> {
  const labels = cutLabels(rows, path);
  const key = JSON.stringify(labels);
  if (!labels || asked.has(key)) {
    return;
  }
  asked.add(key);
  change((before) => ({ ...before, state: 'loading' }));
  const part = await askPart(source, data, labels);
  change((before) => completed(before, labels, part));
}

/** The way to the zoomed frame if the answer hides something below it. */
function cutLabels(rows: FlameRows, path: readonly string[]): string[] | undefined {
  const tree = buildFlameTree(rows);
  const node = followPath(tree, path);
  return node > 0 && hiddenBelow(rows, tree.row[node]) > leastHidden ? pathLabels(tree, node) : undefined;
}

/** The rows with the part that was asked for in its place. */
function completed(before: Grafted, labels: readonly string[], part: FlameRows): Grafted {
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
  return fits
    ? { source: before.source, rows: graftRows(before.rows, row, part), state: 'whole' }
    : { ...before, state: 'failed' };
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
