import React, { useState } from 'react';
import {
  type DataSourcePluginOptionsEditorProps,
  onUpdateDatasourceJsonDataOption,
  onUpdateDatasourceOption,
  onUpdateDatasourceSecureJsonDataOption,
  updateDatasourcePluginResetOption,
} from '@grafana/data';
import { ConfigSection } from '@grafana/plugin-ui';
import { Field, Input, SecretInput } from '@grafana/ui';
import { TraceSection } from './trace-section';
import { type HotspanOptions, type HotspanSecrets, fallbackProfileType } from '../query';

type Props = DataSourcePluginOptionsEditorProps<HotspanOptions, HotspanSecrets>;

/** Address and token of the store. Only the token is secret: viewers can read everything else. */
export function ConfigEditor(props: Props) {
  return (
    <>
      <p>Profiles from a Hotspan store. Start one with “hotspan store”; it listens on 127.0.0.1:4140.</p>
      <ConfigSection title="Connection">
        <AddressField {...props} />
        <TokenField {...props} />
        <TextOption
          {...props}
          name="tenant"
          label="Tenant"
          description="Sent as X-Scope-OrgID. Leave empty for the token’s own."
        />
      </ConfigSection>
      <ConfigSection title="Queries">
        <TimeoutField {...props} />
        <TextOption
          {...props}
          name="defaultProfileType"
          label="Default profile type"
          description="Used where a query names none."
          placeholder={fallbackProfileType}
        />
      </ConfigSection>
      <TraceSection {...props} />
      <p>
        <strong>Save &amp; test</strong> asks the store for its version and whether its engine is ready.
      </p>
    </>
  );
}

function AddressField(props: Props) {
  const { options } = props;
  const wrong = options.url !== '' && !/^https?:\/\/[^/\s]+/.test(options.url);
  return (
    <Field
      label="URL"
      description="Address of the store as Grafana’s server reaches it."
      required
      invalid={wrong}
      error="Write an address with http:// or https://"
    >
      <Input
        id="hotspan-url"
        width={50}
        placeholder="http://127.0.0.1:4140"
        value={options.url}
        disabled={options.readOnly}
        onChange={onUpdateDatasourceOption(props, 'url')}
      />
    </Field>
  );
}

function TokenField(props: Props) {
  const { options } = props;
  return (
    <Field label="Token" description="Needs the role query. Not needed when the store listens on loopback only.">
      <SecretInput
        id="hotspan-token"
        width={50}
        isConfigured={Boolean(options.secureJsonFields?.token)}
        value={options.secureJsonData?.token ?? ''}
        disabled={options.readOnly}
        onChange={onUpdateDatasourceSecureJsonDataOption(props, 'token')}
        onReset={() => updateDatasourcePluginResetOption(props, 'token')}
      />
    </Field>
  );
}

interface TextOptionProps extends Props {
  name: 'tenant' | 'defaultProfileType';
  label: string;
  description: string;
  placeholder?: string;
}

function TextOption({ name, label, description, placeholder, ...props }: TextOptionProps) {
  return (
    <Field label={label} description={description}>
      <Input
        id={`hotspan-${name}`}
        width={50}
        placeholder={placeholder}
        value={props.options.jsonData[name] ?? ''}
        disabled={props.options.readOnly}
        onChange={onUpdateDatasourceJsonDataOption(props, name)}
      />
    </Field>
  );
}

function TimeoutField({ options, onOptionsChange }: Props) {
  const { timeoutSeconds } = options.jsonData;
  const [text, setText] = useState(timeoutSeconds === undefined ? '' : String(timeoutSeconds));
  const number = Number(text);
  const wrong = text !== '' && !(Number.isFinite(number) && number > 0);
  const take = (value: string) => {
    setText(value);
    const seconds = Number(value);
    if (value === '' || seconds > 0) {
      onOptionsChange({
        ...options,
        jsonData: { ...options.jsonData, timeoutSeconds: value === '' ? undefined : seconds },
      });
    }
  };
  return (
    <Field
      label="Timeout"
      description="Seconds to wait for an answer of the store."
      invalid={wrong}
      error="Write a number of seconds"
    >
      <Input
        id="hotspan-timeout"
        width={20}
        placeholder="30"
        suffix="s"
        value={text}
        disabled={options.readOnly}
        onChange={({ currentTarget }) => take(currentTarget.value)}
      />
    </Field>
  );
}
