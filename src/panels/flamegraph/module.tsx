import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { frameWithFields } from '../../ui/panel-fields';
import { FlamePanel } from './flame-panel';
import { neededFields } from './needed-fields';
import { type FlameOptions, defaultOptions } from './options';

/** The others would be offered and do nothing. */
const usedOptions: readonly string[] = [
  FieldConfigProperty.Unit,
  FieldConfigProperty.Decimals,
  FieldConfigProperty.Links,
];

export const plugin = new PanelPlugin<FlameOptions>(FlamePanel)
  .useFieldConfig({
    disableStandardOptions: Object.values(FieldConfigProperty).filter((property) => !usedOptions.includes(property)),
  })
  .setPanelOptions((builder) =>
    builder
      .addSelect({
        path: 'colourBy',
        name: 'Colour by',
        defaultValue: defaultOptions.colourBy,
        settings: {
          options: [
            { value: 'package', label: 'Package' },
            { value: 'library', label: 'Library' },
            { value: 'type', label: 'Type' },
            { value: 'value', label: 'Value' },
          ],
        },
      })
      .addBooleanSwitch({ path: 'showToolbar', name: 'Toolbar', defaultValue: defaultOptions.showToolbar })
      .addBooleanSwitch({
        path: 'rootAtBottom',
        name: 'Root at the bottom',
        description: 'Flames that grow upwards instead of icicles.',
        defaultValue: defaultOptions.rootAtBottom,
      })
      .addTextInput({
        path: 'selectionVariable',
        name: 'Selection variable',
        description: 'Dashboard variable that Ctrl+click on a method sets, so that other panels follow. Empty = none.',
        defaultValue: defaultOptions.selectionVariable,
      })
      .addTextInput({
        path: 'sourceUrl',
        name: 'Source link',
        description:
          'Address of a frame in your repository, http or https, with ${file}, ${line} and ${method}. Empty = no link.',
        settings: { placeholder: 'https://git.example.com/shop/blob/main/${file}#L${line}' },
        defaultValue: defaultOptions.sourceUrl,
      })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, neededFields) ? [{ score: VisualizationSuggestionScore.Best }] : []
  );
