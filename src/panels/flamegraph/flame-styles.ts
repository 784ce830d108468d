import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';

/**
 * Names of the parts that need more than inline styles. They are one sheet below the panel's own class: a sheet per
 * component costs a third of the time in which a panel appears.
 */
export const flamePart = {
  tool: 'hotspan-flame-tool',
  link: 'hotspan-flame-link',
  search: 'hotspan-flame-search',
  hint: 'hotspan-flame-hint',
  crumb: 'hotspan-flame-crumb',
  view: 'hotspan-flame-view',
  active: 'hotspan-flame-active',
} as const;

const ring = (theme: GrafanaTheme2, offsetPx: number) => ({
  outline: `2px solid ${theme.colors.primary.border}`,
  outlineOffset: offsetPx,
});

const cut = { overflow: 'hidden', textOverflow: 'ellipsis' } as const;

export const getFlameStyles = (theme: GrafanaTheme2) =>
  css({
    position: 'relative',
    height: '100%',
    [`& .${flamePart.tool}`]: {
      all: 'unset',
      boxSizing: 'border-box',
      display: 'inline-flex',
      flex: 'none',
      alignItems: 'center',
      gap: 4,
      height: 24,
      padding: '0 5px',
      cursor: 'pointer',
      borderRadius: theme.shape.radius.default,
      color: theme.colors.text.secondary,
      '&:hover': { background: theme.colors.action.hover, color: theme.colors.text.primary },
      '&:focus-visible': ring(theme, -2),
      '&:disabled': { color: theme.colors.text.disabled, cursor: 'not-allowed' },
    },
    [`& .${flamePart.link}`]: {
      all: 'unset',
      cursor: 'pointer',
      ...cut,
      '&:hover': { textDecoration: 'underline' },
      '&:focus-visible': ring(theme, -2),
    },
    [`& .${flamePart.search}`]: {
      boxSizing: 'border-box',
      width: '100%',
      height: 28,
      padding: '0 24px 0 8px',
      color: theme.components.input.text,
      background: theme.components.input.background,
      border: `1px solid ${theme.components.input.borderColor}`,
      borderRadius: theme.shape.radius.default,
      '&::placeholder': { color: theme.colors.text.secondary, opacity: 1 },
      '&:focus-visible': ring(theme, -1),
      '&[aria-invalid=true]': { borderColor: theme.colors.error.border },
    },
    // The explanation is placed in the panel, not in the line that cuts what doesn't fit.
    [`& .${flamePart.hint} > [role=tooltip]`]: {
      display: 'none',
      position: 'absolute',
      right: 4,
      zIndex: theme.zIndex.tooltip,
      maxWidth: 'min(360px, 90%)',
      padding: theme.spacing(1),
      whiteSpace: 'normal',
      color: theme.colors.text.primary,
      background: theme.colors.background.elevated,
      border: `1px solid ${theme.colors.border.weak}`,
      borderRadius: theme.shape.radius.default,
      boxShadow: theme.shadows.z3,
    },
    [`& .${flamePart.hint}:hover > [role=tooltip], & .${flamePart.hint}:focus-within > [role=tooltip]`]: {
      display: 'block',
    },
    [`& .${flamePart.crumb}`]: {
      display: 'flex',
      minWidth: 24,
      overflow: 'hidden',
      '& bdi': cut,
      '& button': { color: theme.colors.text.link },
      '&:not(:first-of-type)::before': { content: '"›"', padding: '0 4px', flex: 'none' },
    },
    [`& .${flamePart.view}`]: {
      '&:focus-visible': ring(theme, 0),
      '&:focus:not(:focus-visible)': { outline: 'none' },
    },
    // Only the keyboard's place is marked while the graph has the focus.
    [`& .${flamePart.active}`]: { display: 'none' },
    [`& .${flamePart.view}:focus-visible .${flamePart.active}`]: {
      display: 'block',
      boxShadow: `inset 0 0 0 2px ${theme.colors.primary.border}, 0 0 0 1px ${theme.colors.text.maxContrast}`,
    },
  });
