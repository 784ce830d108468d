import '../jsdom-observers';
import React, { useState } from 'react';
import { type DataSourceSettings } from '@grafana/data';
import { type DataSourceSrv, setBackendSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { HotspanDatasource } from '../datasource';
import { type HotspanOptions, type HotspanSecrets, type HotspanVariableQuery, type VariableKind } from '../query';
import { instanceSettings } from '../test-grafana';
import { ConfigEditor } from './config-editor';
import { VariableEditor } from './variable-editor';

// Real parts of Grafana are slow in jsdom.
jest.setTimeout(60_000);

const tempo = { uid: 'tempo', name: 'Tempo', type: 'tempo', jsonData: {} };

beforeAll(() => {
  setDataSourceSrv({ getList: () => [tempo] } as unknown as DataSourceSrv);
  setBackendSrv({ get: () => Promise.reject(new Error('404: no correlations')) } as never);
  const canvas = { measureText: (text: string) => ({ width: text.length * 8 }) };
  HTMLCanvasElement.prototype.getContext = (() => canvas) as never;
  for (const size of ['clientHeight', 'clientWidth']) {
    Object.defineProperty(HTMLElement.prototype, size, { configurable: true, value: 300 });
  }
});

type Settings = DataSourceSettings<HotspanOptions, HotspanSecrets>;

const saved: Settings = {
  id: 1,
  uid: 'hotspan',
  orgId: 1,
  name: 'Hotspan',
  typeLogoUrl: '',
  type: 'hotspan-profiling-datasource',
  typeName: 'Hotspan',
  access: 'proxy',
  url: '',
  user: '',
  database: '',
  basicAuth: false,
  basicAuthUser: '',
  isDefault: false,
  jsonData: {},
  secureJsonFields: {},
  readOnly: false,
  withCredentials: false,
};

function showConfig(settings: Partial<Settings> = {}) {
  let last: Settings = { ...saved, ...settings };
  const Holder = () => {
    const [options, setOptions] = useState(last);
    const onOptionsChange = (next: Settings) => {
      last = next;
      setOptions(next);
    };
    return <ConfigEditor options={options} onOptionsChange={onOptionsChange} />;
  };
  render(<Holder />);
  return { last: () => last, user: userEvent.setup({ delay: null }) };
}

describe('settings', () => {
  it('writes the links that the chosen trace datasource lacks as provisioning', async () => {
    const { last, user } = showConfig();
    expect(screen.queryByTestId('trace-provisioning')).toBeNull();
    await user.click(screen.getByPlaceholderText('None'));
    await user.click(await screen.findByRole('option', { name: /Tempo/ }));
    expect(last().jsonData.tracesDatasourceUid).toBe('tempo');
    const text = screen.getByTestId('trace-provisioning');
    expect(text).toHaveTextContent('tracesToProfiles: datasourceUid: "hotspan"');
    expect(text).toHaveTextContent('targetUID: "hotspan"');
  });

  it('takes address, token, tenant and default type; the token is a secret', async () => {
    const { last, user } = showConfig();
    await user.type(screen.getByPlaceholderText('http://127.0.0.1:4140'), 'http://store:4140');
    await user.type(document.querySelector('#hotspan-token')!, 's3cret');
    await user.type(document.querySelector('#hotspan-tenant')!, 'team-a');
    await user.type(screen.getByPlaceholderText('cpu-time'), 'wall-time');
    expect(last()).toMatchObject({
      url: 'http://store:4140',
      secureJsonData: { token: 's3cret' },
      jsonData: { tenant: 'team-a', defaultProfileType: 'wall-time' },
    });
    expect(JSON.stringify([last().jsonData, last().url])).not.toContain('s3cret');
  });

  it('offers the ways to sign in, and forwards the signed-in user when asked', async () => {
    const { last, user } = showConfig();
    await user.click(screen.getByRole('combobox', { name: 'Authentication method' }));
    await user.click(await screen.findByText('Forward OAuth Identity'));
    expect(last().jsonData.oauthPassThru).toBe(true);
    expect(document.querySelector('#hotspan-token')).toBeNull();
  });

  it('takes limit and source link, and writes all as provisioning', async () => {
    const { last, user } = showConfig({ url: 'http://store:4140', secureJsonFields: { token: true } });
    await user.type(screen.getByPlaceholderText('64'), '16');
    await user.type(document.querySelector('#hotspan-sourceUrl')!, 'https://git/');
    expect(last().jsonData).toMatchObject({ maxResponseBytes: 16 * 2 ** 20, sourceUrl: 'https://git/' });
    await user.click(screen.getByRole('button', { name: /Provisioning/ }));
    const text = screen.getByTestId('own-provisioning');
    expect(text).toHaveTextContent('url: "http://store:4140"');
    expect(text).toHaveTextContent('token: $HOTSPAN_TOKEN');
  });

  it('says when the address is none', async () => {
    const { user } = showConfig();
    await user.type(screen.getByPlaceholderText('http://127.0.0.1:4140'), 'store:4140');
    expect(screen.getByText('Write an address with http:// or https://')).toBeInTheDocument();
  });

  it('keeps a wrong timeout out of the settings', async () => {
    const { last, user } = showConfig({ jsonData: { timeoutSeconds: 30 } });
    const input = screen.getByPlaceholderText('30');
    await user.clear(input);
    expect(last().jsonData.timeoutSeconds).toBeUndefined();
    await user.type(input, '15');
    expect(last().jsonData.timeoutSeconds).toBe(15);
    await user.type(input, 'x');
    expect(last().jsonData.timeoutSeconds).toBe(15);
    expect(screen.getByText('Write a number of seconds')).toBeInTheDocument();
  });

  it('forgets a stored token', async () => {
    const { last, user } = showConfig({ secureJsonFields: { token: true } });
    await user.click(screen.getByText('Reset'));
    expect(last().secureJsonFields.token).toBe(false);
  });
});

describe('variable editor', () => {
  const datasource = new HotspanDatasource(instanceSettings(), { replace: (text = '') => text });

  function showVariable(query: Partial<HotspanVariableQuery>) {
    let last: HotspanVariableQuery = { refId: '', kind: 'services', ...query };
    const Holder = () => {
      const [value, setValue] = useState(last);
      const onChange = (next: HotspanVariableQuery) => {
        last = next;
        setValue(next);
      };
      return <VariableEditor datasource={datasource} query={value} onChange={onChange} onRunQuery={() => {}} />;
    };
    render(<Holder />);
    return { last: () => last, user: userEvent.setup({ delay: null }) };
  }

  it('asks for what the kind needs', async () => {
    const { last, user } = showVariable({});
    expect(screen.queryByPlaceholderText('Label')).not.toBeInTheDocument();
    await user.click(screen.getByPlaceholderText('List'));
    await user.click(await screen.findByText('Values of a label'));
    expect(last()).toMatchObject({ kind: 'labelValues', refId: 'HotspanVariable' });
    expect(screen.getByPlaceholderText('Label')).toBeInTheDocument();
    await user.type(screen.getByPlaceholderText('{service=~"$service"}'), '{{env="prod"}{Enter}');
    expect(last().selector).toBe('{env="prod"}');
  });

  it.each<[VariableKind, string[], string[]]>([
    ['services', [], ['Label', 'Dimension', 'cpu-time']],
    ['labels', [], ['Label', 'Dimension', 'cpu-time']],
    ['labelValues', ['Label'], ['Dimension', 'cpu-time']],
    ['profileTypes', [], ['Label', 'Dimension', 'cpu-time']],
    ['methods', ['cpu-time'], ['Label', 'Dimension']],
    ['dimensions', ['cpu-time'], ['Label', 'Dimension']],
    ['dimensionValues', ['Dimension', 'cpu-time'], ['Label']],
    ['profiles', [], ['Label', 'Dimension', 'cpu-time']],
  ])('asks for %s by their own fields', async (kind, fields, others) => {
    const { last, user } = showVariable({ kind });
    fields.forEach((field) => expect(screen.getByPlaceholderText(field)).toBeInTheDocument());
    others.forEach((field) => expect(screen.queryByPlaceholderText(field)).toBeNull());
    await user.type(screen.getByPlaceholderText('1000'), '25{Enter}');
    expect(last()).toMatchObject({ kind, limit: 25 });
  });

  it('opens the query of a provisioned dashboard', () => {
    showVariable({ kind: 'dimensionValues', dimension: 'thread', profileType: '$profile_type', limit: 50 });
    expect(screen.getByDisplayValue('Thread')).toBeInTheDocument();
    expect(screen.getByDisplayValue('$profile_type')).toBeInTheDocument();
    expect(screen.getByDisplayValue('50')).toBeInTheDocument();
  });
});
