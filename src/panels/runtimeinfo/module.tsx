import { PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { frameWithFields } from '../../ui/panel-fields';
import { type RuntimeInfoOptions, defaultOptions } from './options';
import { RuntimeInfoPanel, neededFields } from './runtime-panel';

export const plugin = new PanelPlugin<RuntimeInfoOptions>(RuntimeInfoPanel)
  .useFieldConfig({ disableStandardOptions: [] })
  .setPanelOptions((builder) =>
    builder.addBooleanSwitch({
      path: 'onlyDifferences',
      name: 'Only differences',
      description: 'When two profiles are compared, show only what differs.',
      defaultValue: defaultOptions.onlyDifferences,
    })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, neededFields) ? [{ score: VisualizationSuggestionScore.Best }] : []
  );
