import { locationService } from '@grafana/runtime';
import { render, screen, waitFor } from '@testing-library/react';
import React from 'react';
import { panelProps, testFrame } from '../../ui/panel-test-props';
import { FlamePanel } from './flame-panel';
import { defaultOptions } from './options';

window.ResizeObserver = class {
  observe() {}
  unobserve() {}
  disconnect() {}
};

it('tells of an explanation of what a cut graph hides only once that is loaded', async () => {
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  locationService.push('/d/x');
  const rows = { level: [0, 1], value: [50, 20], self: [30, 20], label: ['all', 'json.get'] };
  const frame = testFrame(rows, { meta: { custom: { hiddenNodes: 2, hiddenShare: 0.2 } } });
  render(<FlamePanel {...panelProps(defaultOptions, [frame])} />);
  const note = screen.getByTestId('flame-hidden');
  expect(note).not.toHaveAttribute('aria-describedby');
  expect(document.querySelector('[role=tooltip]')).toBeNull();
  await waitFor(() => expect(note).toHaveAccessibleDescription(/^20.0 % of the total .*2 frames/));
});
