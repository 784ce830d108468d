import { type DataSourceSettings } from '@grafana/data';
import { type HotspanOptions, type HotspanSecrets } from '../query';

type Settings = DataSourceSettings<HotspanOptions, HotspanSecrets>;

/** Names of the environment's variables that hold the secrets. */
const secretVariables: Record<string, string> = {
  token: '$HOTSPAN_TOKEN',
  basicAuthPassword: '$HOTSPAN_PASSWORD',
  tlsCACert: '$HOTSPAN_CA',
  tlsClientCert: '$HOTSPAN_CLIENT_CERT',
  tlsClientKey: '$HOTSPAN_CLIENT_KEY',
};

/** What Grafana adds to the settings of every datasource. */
const grafanasOwn = new Set(['pdcInjected']);

/** These settings as a file for provisioning/datasources. Secrets are variables of Grafana's environment. */
export function ownProvisioning(settings: Settings): string {
  const { name, uid, type, url, basicAuth, basicAuthUser, isDefault, jsonData, secureJsonFields } = settings;
  const secrets = Object.keys(secureJsonFields ?? {})
    .filter((field) => secureJsonFields[field])
    .map((field) => `      ${field}: ${secretVariables[field] ?? `$HOTSPAN_${field.toUpperCase()}`}`);
  const options = Object.entries(jsonData).filter(
    ([key, value]) => !grafanasOwn.has(key) && value !== undefined && value !== ''
  );
  const lines = [
    'apiVersion: 1',
    'datasources:',
    `  - name: ${literal(name)}`,
    `    uid: ${literal(uid)}`,
    `    type: ${type}`,
    '    access: proxy',
    `    url: ${literal(url)}`,
    ...(isDefault ? ['    isDefault: true'] : []),
    ...(basicAuth ? ['    basicAuth: true', `    basicAuthUser: ${literal(basicAuthUser)}`] : []),
    ...(options.length > 0
      ? ['    jsonData:', ...options.map(([key, value]) => `      ${key}: ${literal(value)}`)]
      : []),
    ...(secrets.length > 0 ? ['    secureJsonData:', ...secrets] : []),
  ];
  return `${lines.join('\n')}\n`;
}

/** JSON is YAML; Grafana takes a dollar for a variable unless there are two. */
const literal = (value: unknown) => JSON.stringify(value ?? '').replaceAll('$', '$$$$');
