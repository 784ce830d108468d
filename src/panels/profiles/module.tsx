import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { profilesFields } from '../../api/frames';
import { frameWithFields } from '../../ui/panel-fields';
import { type ProfilesOptions, defaultOptions } from './options';
import { ProfilesPanel } from './profiles-panel';

export const plugin = new PanelPlugin<ProfilesOptions>(ProfilesPanel)
  .useFieldConfig({
    disableStandardOptions: [FieldConfigProperty.Thresholds, FieldConfigProperty.Color, FieldConfigProperty.Mappings],
  })
  .setPanelOptions((builder) =>
    builder.addTextInput({
      path: 'hiddenColumns',
      name: 'Hidden columns',
      description: 'Names of fields that the list leaves out, separated by commas.',
      defaultValue: defaultOptions.hiddenColumns,
    })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, [
      profilesFields.time,
      profilesFields.id,
      profilesFields.service,
      profilesFields.duration,
    ])
      ? [{ score: VisualizationSuggestionScore.Best }]
      : []
  );
