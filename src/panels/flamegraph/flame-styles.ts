import { type GrafanaTheme2 } from '@grafana/data';

/**
 * Names of the parts that need more than inline styles. They are one plain sheet per theme, which the browser parses: made
 * of objects by a library it costs a tenth of the time in which a panel appears.
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

/** Class of a panel's outermost element by theme. */
const classes = new WeakMap<GrafanaTheme2, string>();
let sheets = 0;

/** The class below which the parts have their styles; the sheet is put into the page when it is first asked for. */
export function flameClass(theme: GrafanaTheme2): string {
  const known = classes.get(theme);
  if (known !== undefined) {
    return known;
  }
  const name = `hotspan-flame-${++sheets}`;
  const sheet = document.createElement('style');
  sheet.textContent = sheetText(`.${name}`, theme);
  document.head.append(sheet);
  classes.set(theme, name);
  return name;
}

const cut = 'overflow: hidden; text-overflow: ellipsis;';

const ring = (theme: GrafanaTheme2, offsetPx: number) =>
  `outline: 2px solid ${theme.colors.primary.border}; outline-offset: ${offsetPx}px;`;

function sheetText(panel: string, theme: GrafanaTheme2): string {
  return [
    `${panel} { position: relative; height: 100%; }`,
    toolText(`${panel} .${flamePart.tool}`, theme),
    linkText(`${panel} .${flamePart.link}`, theme),
    searchText(`${panel} .${flamePart.search}`, theme),
    hintText(`${panel} .${flamePart.hint}`, theme),
    crumbText(`${panel} .${flamePart.crumb}`, theme),
    viewText(`${panel} .${flamePart.view}`, theme),
  ].join('\n');
}

function toolText(tool: string, theme: GrafanaTheme2): string {
  const { text, action } = theme.colors;
  return `
${tool} { all: unset; box-sizing: border-box; display: inline-flex; flex: none; align-items: center; gap: 4px;
  height: 24px; padding: 0 5px; cursor: pointer; border-radius: ${theme.shape.radius.default}; color: ${text.secondary}; }
${tool}:hover { background: ${action.hover}; color: ${text.primary}; }
${tool}:focus-visible { ${ring(theme, -2)} }
${tool}:disabled { color: ${text.disabled}; cursor: not-allowed; }`;
}

function linkText(link: string, theme: GrafanaTheme2): string {
  return `
${link} { all: unset; cursor: pointer; ${cut} }
${link}:hover { text-decoration: underline; }
${link}:focus-visible { ${ring(theme, -2)} }`;
}

function searchText(search: string, theme: GrafanaTheme2): string {
  const { input } = theme.components;
  return `
${search} { box-sizing: border-box; width: 100%; height: 28px; padding: 0 24px 0 8px; color: ${input.text};
  background: ${input.background}; border: 1px solid ${input.borderColor}; border-radius: ${theme.shape.radius.default}; }
${search}::placeholder { color: ${theme.colors.text.secondary}; opacity: 1; }
${search}:focus-visible { ${ring(theme, -1)} }
${search}[aria-invalid=true] { border-color: ${theme.colors.error.border}; }`;
}

/** The explanation is placed in the panel, not in the line that cuts what doesn't fit. */
function hintText(hint: string, theme: GrafanaTheme2): string {
  const { text, background, border } = theme.colors;
  return `
${hint} > [role=tooltip] { display: none; position: absolute; right: 4px; z-index: ${theme.zIndex.tooltip};
  max-width: min(360px, 90%); padding: ${theme.spacing(1)}; white-space: normal; color: ${text.primary};
  background: ${background.elevated}; border: 1px solid ${border.weak}; border-radius: ${theme.shape.radius.default};
  box-shadow: ${theme.shadows.z3}; }
${hint}:hover > [role=tooltip], ${hint}:focus-within > [role=tooltip] { display: block; }`;
}

function crumbText(crumb: string, theme: GrafanaTheme2): string {
  return `
${crumb} { display: flex; min-width: 24px; overflow: hidden; }
${crumb} bdi { ${cut} }
${crumb} button { color: ${theme.colors.text.link}; }
${crumb}:not(:first-of-type)::before { content: "›"; padding: 0 4px; flex: none; }`;
}

/** Only the keyboard's place is marked while the graph has the focus. */
function viewText(view: string, theme: GrafanaTheme2): string {
  const { primary, text } = theme.colors;
  return `
${view}:focus-visible { ${ring(theme, 0)} }
${view}:focus:not(:focus-visible) { outline: none; }
${view} .${flamePart.active} { display: none; }
${view}:focus-visible .${flamePart.active} { display: block;
  box-shadow: inset 0 0 0 2px ${primary.border}, 0 0 0 1px ${text.maxContrast}; }`;
}
