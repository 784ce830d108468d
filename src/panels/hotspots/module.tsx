import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { frameWithFields } from '../../ui/panel-fields';
import { neededFields } from './hotspot-rows';
import { HotspotsPanel } from './hotspots-panel';
import { type HotspotsOptions, defaultOptions } from './options';

export const plugin = new PanelPlugin<HotspotsOptions>(HotspotsPanel)
  .useFieldConfig({
    disableStandardOptions: [FieldConfigProperty.Thresholds, FieldConfigProperty.Color, FieldConfigProperty.Mappings],
  })
  .setPanelOptions((builder) =>
    builder
      .addBooleanSwitch({ path: 'showFlame', name: 'Flame graph', defaultValue: defaultOptions.showFlame })
      .addTextInput({
        path: 'typeVariable',
        name: 'Profile type variable',
        description: 'Dashboard variable that the switch of the profile type sets. Without it only this panel changes.',
        defaultValue: defaultOptions.typeVariable,
      })
      .addTextInput({
        path: 'scopeVariable',
        name: 'Scope variable',
        description: 'Dashboard variable that the switch of the scope sets. Without it only this panel changes.',
        defaultValue: defaultOptions.scopeVariable,
      })
  )
  .setSuggestionsSupplier(({ rawFrames = [] }) =>
    frameWithFields(rawFrames, neededFields) ? [{ score: VisualizationSuggestionScore.Best }] : []
  );
