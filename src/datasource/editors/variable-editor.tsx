import React, { useMemo } from 'react';
import { type QueryEditorProps } from '@grafana/data';
import { EditorFieldGroup, EditorRow, EditorRows } from '@grafana/plugin-ui';
import { type HotspanDatasource } from '../datasource';
import { type HotspanOptions, type HotspanQuery, type HotspanVariableQuery, type VariableKind } from '../query';
import { ChoiceField, NumberField, TextField } from './fields';
import { dimensionOptions, editorScope, isDimension, optionLoaders } from './options';

type Props = QueryEditorProps<HotspanDatasource, HotspanQuery, HotspanOptions, HotspanVariableQuery>;

const kindOptions: Array<{ value: VariableKind; label: string }> = [
  { value: 'services', label: 'Services' },
  { value: 'labels', label: 'Label names' },
  { value: 'labelValues', label: 'Values of a label' },
  { value: 'profileTypes', label: 'Profile types' },
  { value: 'methods', label: 'Methods' },
  { value: 'dimensions', label: 'Dimensions' },
  { value: 'dimensionValues', label: 'Values of a dimension' },
  { value: 'profiles', label: 'Profiles (ids)' },
];

const ofSamples: VariableKind[] = ['methods', 'dimensions', 'dimensionValues'];

/** What a dashboard variable lists. The selector may use other variables: `{service=~"$service"}`. */
export function VariableEditor({ datasource, query, range, onChange }: Props) {
  const kind = query.kind ?? 'services';
  const { selector, profileType } = query;
  const loaders = useMemo(
    () => optionLoaders(datasource, editorScope(datasource, range, { selector, profileType })),
    [datasource, range, selector, profileType]
  );
  const change = (fields: Partial<HotspanVariableQuery>) =>
    onChange({ ...query, refId: query.refId || 'HotspanVariable', kind, ...fields });
  return (
    <EditorRows>
      <EditorRow>
        <EditorFieldGroup>
          <ChoiceField
            label="List"
            options={kindOptions}
            value={kind}
            onChange={(value) => change({ kind: kindOptions.find((option) => option.value === value)?.value })}
          />
          {kind === 'labelValues' && (
            <ChoiceField
              label="Label"
              custom
              options={loaders.labels}
              value={query.label}
              onChange={(label) => change({ label })}
            />
          )}
          {kind === 'dimensionValues' && (
            <ChoiceField
              label="Dimension"
              options={dimensionOptions}
              value={query.dimension ?? 'method'}
              onChange={(value) => isDimension(value) && change({ dimension: value })}
            />
          )}
          {ofSamples.includes(kind) && (
            <ChoiceField
              label="Profile type"
              custom
              options={loaders.profileTypes}
              placeholder={datasource.defaultProfileType}
              value={profileType}
              onChange={(value) => change({ profileType: value })}
            />
          )}
        </EditorFieldGroup>
      </EditorRow>
      <EditorRow>
        <EditorFieldGroup>
          <TextField
            label="Labels"
            tooltip="Only what occurs under this selector. Other variables may be used, so that variables cascade."
            placeholder='{service=~"$service"}'
            width={50}
            value={selector ?? ''}
            onChange={(value) => change({ selector: value || undefined })}
          />
          <NumberField label="Limit" fallback={1000} value={query.limit} onChange={(limit) => change({ limit })} />
        </EditorFieldGroup>
      </EditorRow>
    </EditorRows>
  );
}
