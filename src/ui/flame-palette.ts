import { type GrafanaTheme2, colorManipulator } from '@grafana/data';

/** Fill and text colour per bucket, as they are and dimmed. Bucket 0 = nothing known. */
export interface FlamePalette {
  readonly fill: readonly string[];
  readonly text: readonly string[];
  readonly dimFill: readonly string[];
  readonly dimText: string;
  readonly background: string;
  readonly run: string;
  readonly runMatch: string;
  /** Bar at the top of frames that a search finds. */
  readonly match: string;
  readonly selected: string;
  readonly hatch: string;
}

/** Hues that people with any colour blindness tell apart; the shades differ in lightness as well. */
const hues = ['blue', 'orange', 'purple', 'yellow'];
const shades = ['super-light-', 'light-', '', 'semi-dark-', 'dark-'];

/** Nothing is known of the frame. */
export const neutralBucket = 0;

/** Colours of a theme are worked out once, those of a search when there is one. */
const palettes = new WeakMap<GrafanaTheme2, Map<string, FlamePalette>>();

/** The colours of a theme by their names in it; '' = neutral. */
export function flamePalette(theme: GrafanaTheme2, names: readonly string[]): FlamePalette {
  const ofTheme = palettes.get(theme) ?? new Map<string, FlamePalette>();
  palettes.set(theme, ofTheme);
  const key = names.join();
  const made = ofTheme.get(key) ?? makePalette(theme, names);
  ofTheme.set(key, made);
  return made;
}

function makePalette(theme: GrafanaTheme2, names: readonly string[]): FlamePalette {
  const background = theme.colors.background.primary;
  const neutral = colorManipulator.emphasize(background, theme.isDark ? 0.22 : 0.18);
  // A little of the background keeps large areas calm.
  const calm = (name: string) => mix(theme.visualization.getColorByName(name), background, theme.isDark ? 0.24 : 0.2);
  const fill = names.map((name) => (name === '' ? neutral : calm(name)));
  let dimFill: string[] | undefined;
  return {
    fill,
    text: fill.map((colour) => theme.colors.getContrastText(colour, 4.5)),
    get dimFill() {
      return (dimFill ??= fill.map((colour) => mix(colour, background, 0.78)));
    },
    // As faint as disabled text, but of a colour that other names have: letters of a colour are drawn anew when it is first used.
    dimText: colorManipulator.alpha(theme.colors.text.maxContrast, theme.isDark ? 0.48 : 0.55),
    background,
    run: colorManipulator.emphasize(background, theme.isDark ? 0.14 : 0.1),
    // No hue: orange would say "more" in a comparison, and a package elsewhere.
    runMatch: mix(background, theme.colors.text.maxContrast, 0.6),
    match: theme.colors.text.maxContrast,
    selected: theme.colors.text.maxContrast,
    hatch: theme.isDark ? 'rgba(0, 0, 0, 0.35)' : 'rgba(255, 255, 255, 0.6)',
  };
}

/** `part` of the way from one colour to another. */
function mix(from: string, to: string, part: number): string {
  const a = channels(from);
  const b = channels(to);
  const [red, green, blue] = [0, 1, 2].map((i) => Math.round(a[i] + (b[i] - a[i]) * part));
  return `rgb(${red}, ${green}, ${blue})`;
}

/** A colour as a pixel of an image: opaque, red in the lowest byte. */
export function pixelOf(colour: string): number {
  const [red, green, blue] = channels(colour);
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Red, green and blue; most colours are `#rrggbb` or `rgb()`, which need no parser. */
function channels(colour: string): number[] {
  if (/^#[0-9a-f]{6}$/i.test(colour)) {
    const bits = parseInt(colour.slice(1), 16);
    return [bits >> 16, (bits >> 8) & 255, bits & 255];
  }
  const simple = /^rgb\((\d+), ?(\d+), ?(\d+)\)$/.exec(colour);
  const values = simple
    ? simple.slice(1)
    : colorManipulator.decomposeColor(colorManipulator.asHexString(colour)).values;
  return [0, 1, 2].map((i) => Number(values[i]));
}

const packageNames = ['', ...shades.flatMap((shade) => hues.map((hue) => shade + hue))];

/** Colours of packages and libraries. */
export const packagePalette = (theme: GrafanaTheme2): FlamePalette => flamePalette(theme, packageNames);

/** The same name has the same colour in every panel and after every refresh (FNV-1a). */
export function bucketOfText(text: string, buckets: number): number {
  if (text === '') {
    return neutralBucket;
  }
  let hash = 2166136261;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 16777619);
  }
  return 1 + (((hash ^ (hash >>> 15)) >>> 0) % (buckets - 1));
}
