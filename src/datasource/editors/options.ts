import { type TimeRange } from '@grafana/data';
import { type ComboboxOption } from '@grafana/ui';
import { type Dimension, type Measure, measures, rowMeasures } from '../../api/query';
import { dimensionNames } from '../../model/dimensions';
import { formatCounted } from '../../model/units';
import { type HotspanDatasource } from '../datasource';
import { type ResourceScope } from '../resources';
import { expandSelector } from '../template';

/** Loads the options of one picker; `text` is what the user has typed. A failed request gives no options. */
export type LoadOptions = (text: string) => Promise<Array<ComboboxOption<string>>>;

const measureNames: Record<Measure, string> = {
  self: 'Self',
  total: 'Total',
  selfShare: 'Self share',
  totalShare: 'Total share',
  profiles: 'Profiles',
  slope: 'Slope',
  age: 'Age of the newest upload',
  from: 'Start of the range',
  to: 'End of the range',
};

export const dimensionOptions = Object.entries(dimensionNames).map(([value, label]) => ({ value, label }));
const named = (value: Measure) => ({ value, label: measureNames[value] });
export const measureOptions = measures.map(named);
export const rowMeasureOptions = rowMeasures.map(named);

export function isDimension(text: string): text is Dimension {
  return text in dimensionNames;
}

/** The part of the store that an editor offers values of; variables in it are put in first. */
export function editorScope(
  datasource: HotspanDatasource,
  range: TimeRange | undefined,
  { selector, profileType }: { selector?: string; profileType?: string }
): ResourceScope {
  const { templates } = datasource;
  return {
    range,
    selector: expandSelector(selector, templates, {}),
    profileType: profileType && templates.replace(profileType, {}),
  };
}

function matching(text: string, options: Array<ComboboxOption<string>>): Array<ComboboxOption<string>> {
  const wanted = text.toLowerCase();
  return options.filter(({ label, value }) => `${label ?? ''} ${value}`.toLowerCase().includes(wanted));
}

/** Loaders of every picker's options for one scope. */
export function optionLoaders({ resources }: HotspanDatasource, scope: ResourceScope) {
  const quietly =
    (load: LoadOptions): LoadOptions =>
    (text) =>
      load(text).catch(() => []);
  return {
    profileTypes: quietly(async (text) => {
      const types = await resources.profileTypes({ ...scope, profileType: undefined });
      const offered = types.filter(({ hidden }) => !hidden);
      return matching(
        text,
        offered.map(({ id, name, profiles }) => ({
          value: id,
          label: name,
          description: formatCounted(profiles, 'upload'),
        }))
      );
    }),
    labels: quietly(async (text) => {
      const labels = await resources.labels({ range: scope.range });
      return matching(
        text,
        labels.map(({ name, values }) => ({ value: name, label: name, description: formatCounted(values, 'value') }))
      );
    }),
    labelValues: (label: string, selector: string) =>
      quietly(async (match) => {
        const values = await resources.labelValues(label, { ...scope, selector, profileType: undefined }, { match });
        return values.map(({ value, profiles }) => ({
          value,
          label: value,
          description: formatCounted(profiles, 'upload'),
        }));
      }),
    dimensions: quietly(async (text) => {
      const found = await resources.dimensions(scope);
      const options = found.map(({ id, name, values }) => ({
        value: id,
        label: name,
        description: formatCounted(values, 'value'),
      }));
      return matching(text, options.length > 0 ? options : dimensionOptions);
    }),
    dimensionValues: (dimension: string) =>
      quietly(async (text) => {
        const found = await resources.suggest(text, scope, { dimension });
        return found.map(({ value }) => ({ value, label: value }));
      }),
  };
}

export type OptionLoaders = ReturnType<typeof optionLoaders>;
