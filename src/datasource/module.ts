import { DataSourcePlugin } from '@grafana/data';
import { HotspanDatasource } from './datasource';
import { lazily } from './lazily';
import { type HotspanOptions, type HotspanQuery, type HotspanSecrets } from './query';

export const plugin = new DataSourcePlugin<HotspanDatasource, HotspanQuery, HotspanOptions, HotspanSecrets>(
  HotspanDatasource
)
  .setConfigEditor(lazily(() => import('./editors/config-editor').then((module) => module.ConfigEditor)))
  .setQueryEditor(lazily(() => import('./editors/query-editor').then((module) => module.QueryEditor)))
  .setQueryEditorHelp(lazily(() => import('./editors/query-help').then((module) => module.QueryHelp)));
