import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { frameWithFields } from '../../ui/panel-fields';
import { neededFields } from './dimension-data';
import { DimensionsPanel } from './dimensions-panel';
import { type DimensionsOptions, defaultOptions } from './options';

export const plugin = new PanelPlugin<DimensionsOptions>(DimensionsPanel)
  .useFieldConfig({
    disableStandardOptions: [FieldConfigProperty.Thresholds, FieldConfigProperty.Color, FieldConfigProperty.Mappings],
  })
  .setPanelOptions((builder) =>
    builder
      .addBooleanSwitch({ path: 'showToolbar', name: 'Toolbar', defaultValue: defaultOptions.showToolbar })
      .addTextInput({
        path: 'selectionVariable',
        name: 'Selection variable',
        description:
          'Dashboard variable that a click on a row sets, so that other panels follow. Empty = named like the dimension ' +
          '(method, thread, …). The query of this panel should not be filtered by it.',
        defaultValue: defaultOptions.selectionVariable,
      })
      .addTextInput({
        path: 'excludeVariable',
        name: 'Exclude variable',
        description: 'Dashboard variable that “Exclude” adds a row to. Empty = exclude_method, exclude_thread, …',
        defaultValue: defaultOptions.excludeVariable,
      })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, neededFields) ? [{ score: VisualizationSuggestionScore.Best }] : []
  );
