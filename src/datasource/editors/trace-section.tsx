import React from 'react';
import { type DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { ConfigSection } from '@grafana/plugin-ui';
import { getBackendSrv, getDataSourceSrv } from '@grafana/runtime';
import { ClipboardButton, Combobox, Field } from '@grafana/ui';
import { useAsyncValue } from '../../ui/async-value';
import { type HotspanOptions, type HotspanSecrets, fallbackProfileType } from '../query';
import { traceProvisioning } from './trace-provisioning';

type Props = DataSourcePluginOptionsEditorProps<HotspanOptions, HotspanSecrets>;

const traceTypes = ['tempo', 'jaeger', 'zipkin'];

/** Which datasource has the traces of the same programs, and what links it to the profiles. */
export function TraceSection(props: Props) {
  const { options, onOptionsChange } = props;
  // Its successor is not in Grafana 12.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const sources = getDataSourceSrv().getList({ type: traceTypes });
  const uid = options.jsonData.tracesDatasourceUid;
  const chosen = sources.find((one) => one.uid === uid);
  const choices = sources.map(({ uid: value, name, type }) => ({ value, label: name, description: type }));
  return (
    <ConfigSection title="Traces" description="Requests link to their trace here, and its spans to their profiles.">
      <Field
        label="Trace datasource"
        description="Tempo, Jaeger or Zipkin with the traces of the profiled programs. Empty = no links to traces."
      >
        <Combobox
          id="hotspan-traces"
          width={50}
          isClearable
          placeholder="None"
          options={choices}
          value={uid ?? null}
          disabled={options.readOnly}
          onChange={(choice) =>
            onOptionsChange({ ...options, jsonData: { ...options.jsonData, tracesDatasourceUid: choice?.value } })
          }
        />
      </Field>
      {chosen && <LinksOf {...props} traces={chosen} />}
    </ConfigSection>
  );
}

interface TraceSettings {
  uid: string;
  name: string;
  type: string;
  jsonData: object;
}

/** The links that the trace datasource lacks, as provisioning: Grafana's own form knows only Pyroscope. */
function LinksOf({ options, traces }: Props & { traces: TraceSettings }) {
  const correlations = useAsyncValue(traces.uid, () => correlationTargets(traces.uid));
  const link: unknown = Reflect.get(traces.jsonData, 'tracesToProfiles');
  const hasProfilesLink =
    typeof link === 'object' && link !== null && Reflect.get(link, 'datasourceUid') === options.uid;
  const text = traceProvisioning({
    traces,
    profilesUid: options.uid,
    profileType: options.jsonData.defaultProfileType || fallbackProfileType,
    hasProfilesLink,
    hasCorrelation: correlations.value?.includes(options.uid) ?? false,
  });
  if (text === '') {
    return <p>{traces.name} links its spans to this datasource.</p>;
  }
  return (
    <Field
      label={`Links from ${traces.name}`}
      description="Not there yet. Put this into a file in Grafana’s folder provisioning/datasources and restart Grafana."
    >
      <div>
        <pre data-testid="trace-provisioning">{text}</pre>
        <ClipboardButton size="sm" variant="secondary" icon="copy" getText={() => text}>
          Copy
        </ClipboardButton>
      </div>
    </Field>
  );
}

/** Uids that the correlations of a datasource lead to. Grafana answers 404 for none. */
async function correlationTargets(uid: string): Promise<string[]> {
  const path = `/api/datasources/uid/${encodeURIComponent(uid)}/correlations`;
  const found = await getBackendSrv()
    .get<Array<{ targetUID?: string }>>(path, undefined, undefined, { showErrorAlert: false })
    .catch(() => []);
  return found.flatMap(({ targetUID }) => targetUID ?? []);
}
