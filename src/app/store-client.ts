import { CoreApp, type DataFrame, type DataQueryResponse, type TimeRange } from '@grafana/data';
import { DataSourceWithBackend, getDataSourceSrv } from '@grafana/runtime';
import { type Observable, firstValueFrom, from, fromEvent, last, raceWith, map } from 'rxjs';
import { datasourceId } from '../api/frames';
import { type StoreQuery } from '../api/query';
import { type HotspanOptions, type HotspanQuery } from '../datasource/query';
import { type StoreError, describeError } from '../ui/store-error';

/** Answers of one request by refId: some may have failed. */
export interface Answers {
  frames: Map<string, DataFrame[]>;
  errors: Map<string, StoreError>;
}

/** The store as pages see it: through one datasource, whose settings and permissions hold. */
export interface StoreClient {
  uid: string;
  name: string;
  /** The datasource that has the traces of the same programs, where the settings name one. */
  tracesUid?: string;
  query: (queries: StoreQuery[], range: TimeRange, signal?: AbortSignal) => Promise<Answers>;
  resource: <T>(path: string, params?: Record<string, string | number>) => Promise<T>;
}

/** A range as resource routes take it. */
export function rangeParams({ from: start, to: end }: TimeRange) {
  return { from: start.valueOf(), to: end.valueOf() };
}

/* eslint-disable @typescript-eslint/no-deprecated -- what takes its place is not in Grafana 12.3 */
/** Datasources of our type, the default one first. */
export function listDatasources() {
  const all = getDataSourceSrv().getList({ pluginId: datasourceId });
  return [...all].sort((a, b) => Number(b.isDefault ?? false) - Number(a.isDefault ?? false));
}

/** The datasource with this uid, else the first of our type. */
export async function openStore(uid: string | null): Promise<StoreClient> {
  const all = listDatasources();
  const settings = all.find((candidate) => candidate.uid === uid) ?? all[0];
  if (!settings) {
    throw { message: 'There is no Hotspan datasource.', hint: 'Add one under Connections, Data sources.' };
  }
  const datasource = await getDataSourceSrv().get({ uid: settings.uid, type: datasourceId });
  /* eslint-enable @typescript-eslint/no-deprecated */
  if (!(datasource instanceof DataSourceWithBackend)) {
    throw { message: `The datasource ${settings.name} is not a Hotspan datasource.` };
  }
  return {
    uid: settings.uid,
    name: settings.name,
    tracesUid: tracesUidOf(settings.jsonData),
    query: (queries, range, signal) => ask(datasource, queries, range, signal),
    resource: (path, params) => datasource.getResource(path, params),
  };
}

function tracesUidOf(jsonData: HotspanOptions): string | undefined {
  return jsonData.tracesDatasourceUid || undefined;
}

let requestNumber = 0;

async function ask(
  datasource: DataSourceWithBackend<HotspanQuery>,
  queries: StoreQuery[],
  range: TimeRange,
  signal?: AbortSignal
): Promise<Answers> {
  const intervalMs = Math.max(1, Math.round((range.to.valueOf() - range.from.valueOf()) / maxDataPoints));
  const answers = from(
    datasource.query({
      app: CoreApp.Unknown,
      requestId: `hotspan-page-${++requestNumber}`,
      interval: `${intervalMs}ms`,
      intervalMs,
      maxDataPoints,
      range,
      scopedVars: {},
      targets: queries.map((query) => ({ ...query, datasource: { uid: datasource.uid, type: datasource.type } })),
      timezone: 'browser',
      startTime: Date.now(),
    })
  );
  return sortAnswers(await firstValueFrom(untilAborted(answers.pipe(last()), signal)));
}

const maxDataPoints = 120;

/** Leaving the observable cancels the request in the browser and in Grafana. */
function untilAborted<T>(source: Observable<T>, signal?: AbortSignal): Observable<T> {
  if (!signal) {
    return source;
  }
  const aborted = fromEvent(signal, 'abort').pipe(
    map((): T => {
      throw { cancelled: true };
    })
  );
  return source.pipe(raceWith(aborted));
}

function sortAnswers({ data, errors = [] }: DataQueryResponse): Answers {
  const answers: Answers = { frames: new Map(), errors: new Map() };
  for (const frame of data as DataFrame[]) {
    const refId = frame.refId ?? 'A';
    answers.frames.set(refId, [...(answers.frames.get(refId) ?? []), frame]);
  }
  for (const failed of errors) {
    answers.errors.set(failed.refId ?? 'A', describeError(failed));
  }
  return answers;
}

/** Values of the field with this name; an absent field is an empty column. */
export function columnOf(frame: DataFrame | undefined, name: string): unknown[] {
  const field = frame?.fields.find((candidate) => candidate.name === name);
  return field ? [...field.values] : [];
}
