// /connections/datasources/edit/:uid: the plugin's own settings editor, and "Save & test".
import { type DataSourceSettings } from '@grafana/data';
import { getBackendSrv, getDataSourceSrv } from '@grafana/runtime';
import { Alert, Button, Stack } from '@grafana/ui';
import React, { useEffect, useState } from 'react';

type Result = { severity: 'success' | 'error'; text: string };

async function saveAndTest(options: DataSourceSettings): Promise<Result> {
  const url = `/api/datasources/uid/${options.uid}`;
  try {
    await getBackendSrv().put(url, options);
    return { severity: 'success', text: (await getBackendSrv().get(`${url}/health`)).message };
  } catch (error: any) {
    return { severity: 'error', text: error.data?.message ?? String(error) };
  }
}

export function DatasourcePage({ uid }: { uid: string }) {
  const [options, setOptions] = useState<DataSourceSettings>();
  const [editor, setEditor] = useState<{ Component: any }>();
  const [result, setResult] = useState<Result>();
  const load = () => getBackendSrv().get(`/api/datasources/uid/${uid}`).then(setOptions);
  useEffect(() => {
    load();
    getDataSourceSrv()
      .get(uid)
      .then((datasource) => setEditor({ Component: datasource.components?.ConfigEditor }));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each datasource
  }, [uid]);
  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setResult(await saveAndTest(options!));
    load();
  };
  return options && editor ? (
    <form onSubmit={submit} style={{ padding: 24, maxWidth: 800 }} data-testid="datasource-settings">
      <h1>{options.name}</h1>
      <Stack direction="column" gap={2}>
        <editor.Component options={options} onOptionsChange={setOptions} />
        {result && <Alert severity={result.severity} title={result.text} />}
        <div>
          <Button type="submit">Save &amp; test</Button>
        </div>
      </Stack>
    </form>
  ) : null;
}
