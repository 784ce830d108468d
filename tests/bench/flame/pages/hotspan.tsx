import {
  EventBusSrv,
  type InterpolateFunction,
  LoadingState,
  type PanelData,
  type PanelProps,
  dateTime,
} from '@grafana/data';
import React from 'react';
import { createRoot } from 'react-dom/client';
import { FlamePanel } from '../../../../src/panels/flamegraph/flame-panel';
import { type FlameOptions, defaultOptions } from '../../../../src/panels/flamegraph/options';
import { type BenchTree } from '../tree';
import { frameOf } from './grafana-frame';
import { offer } from './measure';
import { clickOnFrame } from './click-frame';

const place = document.getElementById('root') as HTMLElement;
let root = createRoot(place);
let tree: BenchTree;

const from = dateTime(0);
const timeRange = { from, to: from, raw: { from, to: from } };
const replaceVariables: InterpolateFunction = (text) => text;

function propsOf(data: PanelData): PanelProps<FlameOptions> {
  return {
    id: 1,
    title: 'Flame graph',
    options: defaultOptions,
    data,
    fieldConfig: { defaults: {}, overrides: [] },
    timeRange,
    timeZone: 'utc',
    transparent: false,
    width: 1600,
    height: 800,
    renderCounter: 0,
    eventBus: new EventBusSrv(),
    replaceVariables,
    onOptionsChange: () => undefined,
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: () => undefined,
  };
}

const graph = () => document.querySelector('[data-testid="flame-graph"]') as HTMLElement;

offer({
  prepare: (given) => {
    tree = given;
    return { state: LoadingState.Done, series: [frameOf(given)], timeRange };
  },
  mount: (input) => root.render(<FlamePanel {...propsOf(input as PanelData)} />),
  unmount: () => {
    root.unmount();
    root = createRoot(place);
  },
  zoomTo: (row) => clickOnFrame(graph().querySelector('canvas') as HTMLElement, tree, row, 20),
  unzoom: () => graph().dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true })),
  search: (text) => typeInto(document.querySelector('input') as HTMLInputElement, text),
  area: () => graph().querySelector('canvas') as HTMLElement,
  rowPx: 20,
});

/** React hears of a value only through the element's own setter. */
function typeInto(input: HTMLInputElement, text: string) {
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(input, text);
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
