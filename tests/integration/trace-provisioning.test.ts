import fs from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { traceProvisioning } from '../../src/datasource/editors/trace-provisioning';

const wanted = {
  traces: { uid: 'tempo', name: 'My "Tempo" $1', type: 'tempo' },
  profilesUid: 'hs',
  profileType: 'cpu-time',
  hasProfilesLink: false,
  hasCorrelation: false,
};
/** As Grafana reads a file: `$$` is a dollar. */
const read = (text: string) => parse(text.replaceAll('$$', '$')).datasources[0];

it('writes the links that are missing, as Grafana reads them', () => {
  expect(read(traceProvisioning(wanted))).toMatchObject({
    name: 'My "Tempo" $1',
    uid: 'tempo',
    type: 'tempo',
    jsonData: { tracesToProfiles: { datasourceUid: 'hs', profileTypeId: 'cpu-time', customQuery: false } },
    correlations: [
      {
        targetUID: 'hs',
        type: 'query',
        config: { field: 'spanID', target: { selector: '{service="${serviceName}"}', spanId: ['${spanID}'] } },
      },
    ],
  });
});

it('is what the provisioning folder of this repository has', () => {
  const file = path.resolve(__dirname, '../../provisioning/datasources/tempo.yaml');
  const { jsonData, correlations } = read(fs.readFileSync(file, 'utf8'));
  const own = { ...wanted, profilesUid: 'hotspan' };
  expect(read(traceProvisioning(own))).toMatchObject({ jsonData, correlations });
});

it('leaves out what is there, and what the datasource does not know', () => {
  expect(read(traceProvisioning({ ...wanted, hasProfilesLink: true }))).not.toHaveProperty('jsonData');
  expect(read(traceProvisioning({ ...wanted, hasCorrelation: true }))).not.toHaveProperty('correlations');
  const jaeger = { ...wanted, traces: { ...wanted.traces, type: 'jaeger' } };
  expect(read(traceProvisioning(jaeger))).not.toHaveProperty('jsonData');
  expect(traceProvisioning({ ...wanted, hasProfilesLink: true, hasCorrelation: true })).toBe('');
});
