import { ownProvisioning } from './own-provisioning';

const settings = {
  name: 'Hotspan "one"',
  uid: 'hotspan',
  type: 'hotspan-profiling-datasource',
  url: 'https://store:4140',
  basicAuth: true,
  basicAuthUser: 'us$er',
  isDefault: true,
  jsonData: {
    timeoutSeconds: 20,
    tenant: '',
    defaultProfileType: 'wall-time',
    sourceUrl: 'https://git/${file}#L${line}',
  },
  secureJsonFields: { token: true, basicAuthPassword: false, httpHeaderValue1: true },
} as never;

it('writes settings as provisioning reads them, secrets as variables and dollars twice', () => {
  expect(ownProvisioning(settings)).toBe(`apiVersion: 1
datasources:
  - name: "Hotspan \\"one\\""
    uid: "hotspan"
    type: hotspan-profiling-datasource
    access: proxy
    url: "https://store:4140"
    isDefault: true
    basicAuth: true
    basicAuthUser: "us$$er"
    jsonData:
      timeoutSeconds: 20
      defaultProfileType: "wall-time"
      sourceUrl: "https://git/$$\{file}#L$$\{line}"
    secureJsonData:
      token: $HOTSPAN_TOKEN
      httpHeaderValue1: $HOTSPAN_HTTPHEADERVALUE1
`);
});

it('writes basic authentication before a user is named', () => {
  const text = ownProvisioning({ ...(settings as object), basicAuthUser: undefined } as never);
  expect(text).toContain('    basicAuthUser: ""\n');
});
