import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { IconButton, Input, useStyles2 } from '@grafana/ui';
import React, { type KeyboardEvent, type ReactNode, forwardRef } from 'react';
import { panelToolbarHeightPx } from './panel-heights';

interface PanelSearchProps {
  value: string;
  placeholder: string;
  onChange: (value: string) => void;
  /** Enter, arrows and the like; Escape clears before it gets here. */
  onKeyDown?: (event: KeyboardEvent<HTMLInputElement>) => void;
  /** Escape in the empty box: give the focus back. */
  onLeave?: () => void;
  error?: string;
  width?: number;
}

/** The search box of a panel. Escape clears it. */
export const PanelSearch = forwardRef<HTMLInputElement, PanelSearchProps>(function PanelSearch(props, ref) {
  const { value, placeholder, onChange, onKeyDown, onLeave, error, width } = props;
  const keyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape') {
      event.stopPropagation();
      return value === '' ? onLeave?.() : onChange('');
    }
    onKeyDown?.(event);
  };
  return (
    <Input
      ref={ref}
      value={value}
      width={width}
      placeholder={placeholder}
      aria-label={placeholder}
      title={error}
      invalid={error !== undefined}
      spellCheck={false}
      autoComplete="off"
      onChange={(event) => onChange(event.currentTarget.value)}
      onKeyDown={keyDown}
      suffix={value !== '' && <IconButton name="times" aria-label="Clear search" onClick={() => onChange('')} />}
    />
  );
});

/** One row of controls above a panel's content; what doesn't fit is cut, never wrapped. */
export function PanelToolbar({ children }: { children: ReactNode }) {
  return <div className={useStyles2(getStyles).toolbar}>{children}</div>;
}

const getStyles = (theme: GrafanaTheme2) => ({
  toolbar: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    height: panelToolbarHeightPx,
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    fontSize: theme.typography.bodySmall.fontSize,
  }),
});
