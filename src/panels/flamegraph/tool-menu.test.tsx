import { fireEvent, render, screen } from '@testing-library/react';
import React from 'react';
import { ToolMenu } from './tool-menu';

it('does not open any more when the user went on before it was loaded', async () => {
  const close = [
    () => fireEvent.keyDown(screen.getByRole('button'), { key: 'Escape' }),
    () => fireEvent.pointerDown(document.body),
  ];
  for (const goOn of close) {
    const { unmount } = render(<ToolMenu label="More">{() => 'items'}</ToolMenu>);
    fireEvent.click(screen.getByRole('button'));
    goOn();
    expect(screen.getByRole('button')).toHaveAttribute('aria-expanded', 'false');
    unmount();
  }
  render(<ToolMenu label="More">{() => 'items'}</ToolMenu>);
  fireEvent.click(screen.getByRole('button'));
  expect(await screen.findByRole('menu')).toBeInTheDocument();
});
