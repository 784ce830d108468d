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

it('tells the share that is hidden of what is shown, where that is a part', () => {
  jest.spyOn(HTMLCanvasElement.prototype, 'getContext').mockReturnValue(null);
  // A fifth of the whole is hidden, all of it below a: of what is left without b, a half.
  const rows = { level: [0, 1, 1], value: [50, 20, 30], self: [0, 10, 30], label: ['all', 'a.run', 'b.run'] };
  const frame = testFrame(rows, { meta: { custom: { hiddenNodes: 2, hiddenShare: 0.2 } } });
  locationService.push('/d/x?flame-1-exclude=b.run');
  const { unmount } = render(<FlamePanel {...panelProps(defaultOptions, [frame])} />);
  expect(screen.getByTestId('flame-hidden')).toHaveTextContent('hides 50.0 %');
  unmount();
  locationService.push('/d/x');
  render(<FlamePanel {...panelProps(defaultOptions, [frame])} />);
  expect(screen.getByTestId('flame-hidden')).toHaveTextContent('hides 20.0 %');
});
