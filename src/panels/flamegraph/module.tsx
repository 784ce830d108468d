import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { frameWithFields } from '../../ui/panel-fields';
import { neededFields } from './flame-data';
import { FlamePanel } from './flame-panel';
import { type FlameOptions, defaultOptions } from './options';

export const plugin = new PanelPlugin<FlameOptions>(FlamePanel)
  .useFieldConfig({
    standardOptions: {},
    disableStandardOptions: [FieldConfigProperty.Thresholds, FieldConfigProperty.Color, FieldConfigProperty.Mappings],
  })
  .setPanelOptions((builder) =>
    builder
      .addRadio({
        path: 'colourBy',
        name: 'Colour by',
        defaultValue: defaultOptions.colourBy,
        settings: {
          options: [
            { value: 'package', label: 'Package' },
            { value: 'library', label: 'Library' },
          ],
        },
      })
      .addBooleanSwitch({ path: 'showToolbar', name: 'Toolbar', defaultValue: defaultOptions.showToolbar })
      .addTextInput({
        path: 'selectionVariable',
        name: 'Selection variable',
        description: 'Dashboard variable that Ctrl+click on a method sets, so that other panels follow. Empty = none.',
        defaultValue: defaultOptions.selectionVariable,
      })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, neededFields) ? [{ score: VisualizationSuggestionScore.Best }] : []
  );
