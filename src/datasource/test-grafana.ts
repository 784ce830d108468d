import { type DataSourceInstanceSettings, PluginType } from '@grafana/data';
import { type BackendSrvRequest, setBackendSrv } from '@grafana/runtime';
import { of } from 'rxjs';
import { datasourceId } from '../api/frames';
import { type HotspanOptions } from './query';

/** What Grafana gives the datasource of these settings when it makes it. */
export function instanceSettings(jsonData: HotspanOptions = {}): DataSourceInstanceSettings<HotspanOptions> {
  return {
    id: 1,
    uid: 'hotspan',
    type: datasourceId,
    name: 'Hotspan',
    access: 'proxy',
    readOnly: false,
    jsonData,
    meta: {
      id: datasourceId,
      type: PluginType.datasource,
      name: 'Hotspan',
      module: '',
      baseUrl: '',
      info: {
        author: { name: '' },
        description: '',
        links: [],
        logos: { large: '', small: '' },
        screenshots: [],
        updated: '',
        version: '',
      },
    },
  };
}

/** Answers the requests to Grafana's backend by the end of their path; the list holds what was sent. */
export function answerBackend(answerOf: (path: string) => unknown): BackendSrvRequest[] {
  const sent: BackendSrvRequest[] = [];
  const fetch = (request: BackendSrvRequest) => {
    sent.push(request);
    const path = request.url.replace(/^.*\/(resources\/|api\/ds\/)/, '').split('?')[0];
    return of({ data: answerOf(path), status: 200, ok: true });
  };
  setBackendSrv({ fetch } as never);
  return sent;
}
