// Below and beside one panel (?editPanel=<id>): the datasource's query editors and the panel's options.
import * as data from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import { type SceneQueryRunner, type VizPanel, SceneDataTransformer } from '@grafana/scenes';
import { Field, Stack } from '@grafana/ui';
import lodash from 'lodash';
import React, { useEffect, useState } from 'react';

export function runnerOf(panel: VizPanel): SceneQueryRunner | undefined {
  const { $data } = panel.state;
  return ($data instanceof SceneDataTransformer ? $data.state.$data : $data) as SceneQueryRunner | undefined;
}

function Queries({ runner }: { runner: SceneQueryRunner }) {
  const { queries, data: answer, datasource } = runner.useState();
  const [api, setApi] = useState<data.DataSourceApi>();
  useEffect(() => {
    getDataSourceSrv().get(datasource).then(setApi);
  }, [datasource]);
  const Editor: any = api?.components?.QueryEditor;
  const range = answer?.timeRange ?? data.getDefaultTimeRange();
  const change = (at: number) => (query: data.DataQuery) => runner.setState({ queries: queries.with(at, query) });
  return Editor
    ? queries.map((query, at) => (
        <section key={query.refId} data-testid="query-editor-row" aria-label={`Query ${query.refId}`}>
          <h4>Query {query.refId}</h4>
          <Editor
            datasource={api}
            query={query}
            queries={queries}
            app={data.CoreApp.PanelEditor}
            data={answer}
            range={range}
            onChange={change(at)}
            onRunQuery={() => runner.runQueries()}
          />
        </section>
      ))
    : null;
}

function Options({ panel }: { panel: VizPanel }) {
  const { options, pluginId } = panel.useState();
  const [plugin, setPlugin] = useState(panel.getPlugin());
  useEffect(() => {
    const timer = setInterval(() => setPlugin(panel.getPlugin()), 100); // loaded by the panel itself
    return () => clearInterval(timer);
  }, [panel]);
  const series = runnerOf(panel)?.state.data?.series ?? [];
  const builder = new data.PanelOptionsEditorBuilder<any>();
  plugin?.getPanelOptionsSupplier()(builder, { data: series, options });
  return (
    <aside style={{ width: 320, padding: 16 }} aria-label="Panel options">
      <h4>{plugin?.meta.name ?? pluginId}</h4>
      {builder
        .getItems()
        .filter((item) => item.showIf?.(options, series) ?? true)
        .map((item) => {
          const Editor: any = item.editor;
          const change = (value: unknown) =>
            panel.onOptionsChange(lodash.set(lodash.cloneDeep(options), item.path, value), true);
          const value = lodash.get(options, item.path) ?? item.defaultValue;
          return (
            <Field key={item.id} label={item.name} description={item.description} htmlFor={item.id}>
              <Editor id={item.id} value={value} onChange={change} item={item} context={{ data: series, options }} />
            </Field>
          );
        })}
    </aside>
  );
}

export function PanelEditor({ panel, children }: { panel: VizPanel; children: React.ReactNode }) {
  const runner = runnerOf(panel);
  return (
    <Stack>
      <div style={{ flex: 1, minWidth: 0 }}>
        {children}
        <div style={{ padding: 16 }}>{runner && <Queries runner={runner} />}</div>
      </div>
      <Options panel={panel} />
    </Stack>
  );
}
