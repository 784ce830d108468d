/** The datasource of traces that gets the links, and ours that they lead to. */
export interface TraceProvisioning {
  readonly traces: { readonly uid: string; readonly name: string; readonly type: string };
  readonly profilesUid: string;
  readonly profileType: string;
  /** Links that are there already are left out. */
  readonly hasProfilesLink: boolean;
  readonly hasCorrelation: boolean;
}

/** Provisioning files are YAML; a JSON text is one, so any name may stand there. `$` would start a variable: `$$` is one `$`. */
const yaml = (text: string) => JSON.stringify(text).replaceAll('$', '$$$$');

/** What to put into a file of Grafana's folder `provisioning/datasources`; '' = every link is there. */
export function traceProvisioning(wanted: TraceProvisioning): string {
  const { traces, hasProfilesLink, hasCorrelation } = wanted;
  const parts = [
    ...(traces.type === 'tempo' && !hasProfilesLink ? profilesLink(wanted) : []),
    ...(hasCorrelation ? [] : correlation(wanted)),
  ];
  return parts.length === 0
    ? ''
    : [
        '# Add to what provisions this datasource; its address and authentication stay as they are.',
        'apiVersion: 1',
        'datasources:',
        `  - name: ${yaml(traces.name)}`,
        `    uid: ${yaml(traces.uid)}`,
        `    type: ${traces.type}`,
        ...parts,
        '',
      ].join('\n');
}

/** The link "Related profiles" and the flame graph inside the trace view. */
function profilesLink({ profilesUid, profileType }: TraceProvisioning): string[] {
  return [
    '    jsonData:',
    '      tracesToProfiles:',
    `        datasourceUid: ${yaml(profilesUid)}`,
    `        profileTypeId: ${yaml(profileType)}`,
    '        customQuery: false',
    '        tags:',
    '          - { key: service.name, value: service }',
  ];
}

/** The button on every span in Explore. */
function correlation({ profilesUid, profileType }: TraceProvisioning): string[] {
  return [
    '    correlations:',
    `      - targetUID: ${yaml(profilesUid)}`,
    '        label: Profile of this span',
    '        description: The samples that fell into this span',
    '        type: query',
    '        config:',
    '          field: spanID',
    '          target:',
    '            queryType: profile',
    `            profileType: ${yaml(profileType)}`,
    `            selector: '{service="$$\{serviceName}"}'`,
    `            spanId: ['$$\{spanID}']`,
  ];
}
