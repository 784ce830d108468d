import {
  type DataFrame,
  type FieldConfigSource,
  type InterpolateFunction,
  LoadingState,
  type PanelProps,
  createDataFrame,
  dateTime,
  EventBusSrv,
} from '@grafana/data';

/** Field values by name, as the store would send them; a list of texts becomes a text field. */
export function testFrame(fields: Record<string, readonly unknown[]>, more: Partial<DataFrame> = {}): DataFrame {
  const list = Object.entries(fields).map(([name, values]) => ({ name, values: [...values] }));
  return createDataFrame({ ...more, fields: list });
}

/** A dashboard with these variables, whose values are in the address (as Grafana keeps them). */
export function dashboardWith(...variables: string[]): InterpolateFunction {
  const known = new Set(variables.map((name) => `\${${name}}`));
  return (text) => (known.has(text) ? '' : text.replace(/\$\{(\w+):text\}/g, 'All'));
}

/** Props as a panel gets them from a dashboard. */
export function panelProps<Options>(
  options: Options,
  series: DataFrame[],
  more: Partial<PanelProps<Options>> = {}
): PanelProps<Options> {
  const from = dateTime(0);
  const to = dateTime(3_600_000);
  const timeRange = { from, to, raw: { from, to } };
  const fieldConfig: FieldConfigSource = { defaults: {}, overrides: [] };
  return {
    id: 1,
    title: 'Panel',
    options,
    data: { state: LoadingState.Done, series, timeRange },
    fieldConfig,
    timeRange,
    timeZone: 'utc',
    transparent: false,
    width: 800,
    height: 400,
    renderCounter: 0,
    eventBus: new EventBusSrv(),
    replaceVariables: dashboardWith(),
    onOptionsChange: () => undefined,
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: () => undefined,
    ...more,
  };
}
