import React, { type ReactNode, forwardRef } from 'react';
import { flamePart } from './flame-styles';

/** Strokes on a field of 16 × 16. */
const strokes = {
  down: 'M4 6l4 4 4-4',
  download: 'M8 2v8M4.5 7 8 10.5 11.5 7M2.5 13.5h11',
  left: 'M10 3 5 8l5 5',
  list: 'M2 4h.01M5 4h9M2 8h.01M5 8h9M2 12h.01M5 12h9',
  more: 'M8 3v.01M8 8v.01M8 13v.01',
  question: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM6 6.5a2 2 0 1 1 2 2v1M8 11.6v.01',
  info: 'M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 7.5v4M8 4.6v.01',
  right: 'M6 3l5 5-5 5',
  times: 'M4 4l8 8M12 4l-8 8',
} as const;

export type ToolIconName = keyof typeof strokes;

export function ToolIcon({ name, sizePx = 14 }: { name: ToolIconName; sizePx?: number }) {
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 16 16" aria-hidden style={{ flex: 'none' }}>
      <path
        d={strokes[name]}
        fill="none"
        stroke="currentColor"
        strokeWidth={name === 'more' ? 2.5 : 1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

interface ToolButtonProps {
  /** Name for screen readers and the pointer where there is no text. */
  label?: string;
  title?: string;
  icon?: ToolIconName;
  /** Behind the text. */
  endIcon?: ToolIconName;
  expanded?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children?: ReactNode;
}

/**
 * A small button. Grafana's own cost more to appear than the graph itself (a sheet of styles, a fetched icon and a tooltip
 * each), and a dashboard has many panels.
 */
export const ToolButton = forwardRef<HTMLButtonElement, ToolButtonProps>(function ToolButton(props, ref) {
  const { label, title = label, icon, endIcon, expanded, disabled, onClick, children } = props;
  return (
    <button
      ref={ref}
      type="button"
      className={flamePart.tool}
      aria-label={label}
      aria-haspopup={expanded === undefined ? undefined : 'menu'}
      aria-expanded={expanded}
      title={title}
      disabled={disabled}
      onClick={onClick}
    >
      {icon && <ToolIcon name={icon} />}
      {children}
      {endIcon && <ToolIcon name={endIcon} sizePx={10} />}
    </button>
  );
});
