import React, { useState } from 'react';
import {
  type DataSourcePluginOptionsEditorProps,
  onUpdateDatasourceJsonDataOption,
  onUpdateDatasourceOption,
  onUpdateDatasourceSecureJsonDataOption,
  updateDatasourcePluginResetOption,
} from '@grafana/data';
import { Auth, AuthMethod, ConfigSection, convertLegacyAuthProps } from '@grafana/plugin-ui';
import { ClipboardButton, Field, Input, SecretInput, Space } from '@grafana/ui';
import { ownProvisioning } from './own-provisioning';
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
        <TextOption
          {...props}
          name="tenant"
          label="Tenant"
          description="Sent as X-Scope-OrgID. Leave empty for the token’s own."
        />
      </ConfigSection>
      <AuthSection {...props} />
      <Space v={4} />
      <ConfigSection title="Queries">
        <NumberOption
          {...props}
          name="timeoutSeconds"
          label="Timeout"
          description="Seconds to wait for an answer of the store."
          placeholder="30"
          suffix="s"
          unit={1}
          error="Write a number of seconds"
        />
        <NumberOption
          {...props}
          name="maxResponseBytes"
          label="Largest answer"
          description="What is larger is refused, before it fills Grafana’s memory."
          placeholder="64"
          suffix="MB"
          unit={2 ** 20}
          error="Write a number of megabytes"
        />
        <TextOption
          {...props}
          name="defaultProfileType"
          label="Default profile type"
          description="Used where a query names none."
          placeholder={fallbackProfileType}
        />
        <TextOption
          {...props}
          name="sourceUrl"
          label="Source link"
          description="Where frames of flame graphs open their source: ${file}, ${line} and ${method} are put in. A panel may have its own."
          placeholder="https://github.com/my/repo/blob/main/${file}#L${line}"
        />
      </ConfigSection>
      <TraceSection {...props} />
      <ProvisioningSection {...props} />
      <Space v={2} />
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

const tokenMethod = 'custom-token';

/** Who Grafana is to the store: by a token, by user and password, or as the user that is signed in. TLS and headers beside it. */
function AuthSection(props: Props) {
  const { options, onOptionsChange } = props;
  const auth = convertLegacyAuthProps({ config: options, onChange: onOptionsChange });
  const method = auth.selectedMethod === AuthMethod.NoAuth ? tokenMethod : auth.selectedMethod;
  const token = {
    id: tokenMethod,
    label: 'Token',
    description: 'A token of the store with the role query.',
    component: <TokenField {...props} />,
  } as const;
  return (
    <Auth
      {...auth}
      selectedMethod={method}
      mostCommonMethod={tokenMethod}
      visibleMethods={[tokenMethod, AuthMethod.BasicAuth, AuthMethod.OAuthForward]}
      customMethods={[token]}
      readOnly={options.readOnly}
    />
  );
}

function TokenField(props: Props) {
  const { options } = props;
  return (
    <Field label="Token" description="Not needed when the store listens on loopback only." htmlFor="hotspan-token">
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

/** These settings as a file, to set up other Grafanas alike. */
function ProvisioningSection({ options }: Props) {
  const text = ownProvisioning(options);
  return (
    <ConfigSection
      title="Provisioning"
      description="These settings as a file for Grafana’s folder provisioning/datasources; secrets come from its environment."
      isCollapsible
      isInitiallyOpen={false}
    >
      <pre data-testid="own-provisioning">{text}</pre>
      <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => text}>
        Copy
      </ClipboardButton>
    </ConfigSection>
  );
}

interface TextOptionProps extends Props {
  name: 'tenant' | 'defaultProfileType' | 'sourceUrl';
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

interface NumberOptionProps extends Props {
  name: 'timeoutSeconds' | 'maxResponseBytes';
  label: string;
  description: string;
  placeholder: string;
  suffix: string;
  /** What one of the shown unit is in the setting's own. */
  unit: number;
  error: string;
}

/** A number above 0. A wrong one stays in the box and out of the settings. */
function NumberOption(props: NumberOptionProps) {
  const { name, label, description, placeholder, suffix, unit, error, options, onOptionsChange } = props;
  const stored = options.jsonData[name];
  const [text, setText] = useState(stored === undefined ? '' : String(stored / unit));
  const wrong = text !== '' && !(Number(text) > 0 && Number.isFinite(Number(text)));
  const take = (written: string) => {
    setText(written);
    const number = Number(written);
    if (written === '' || (number > 0 && Number.isFinite(number))) {
      const value = written === '' ? undefined : number * unit;
      onOptionsChange({ ...options, jsonData: { ...options.jsonData, [name]: value } });
    }
  };
  return (
    <Field label={label} description={description} invalid={wrong} error={error} htmlFor={`hotspan-${name}`}>
      <Input
        id={`hotspan-${name}`}
        width={20}
        placeholder={placeholder}
        suffix={suffix}
        value={text}
        disabled={options.readOnly}
        onChange={({ currentTarget }) => take(currentTarget.value)}
      />
    </Field>
  );
}
