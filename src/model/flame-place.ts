/** What of a flame graph is shown: all of it is in the address, so that every view is a link. */
export interface FlamePlace {
  readonly mode: 'top' | 'bottom' | 'sandwich';
  /** Method of the sandwich. */
  readonly method: string;
  /** Keys of the way to the zoomed frame; in a sandwich among the callees. */
  readonly focus: readonly string[];
  /** Keys of the way to the zoomed caller. */
  readonly callers: readonly string[];
}

/** Which frames are folded into their callers or left out. */
export interface FlameRules {
  /** Methods, or /patterns/, whose frames fold into their callers. */
  readonly hide: readonly string[];
  /** Methods, or /patterns/, whose stacks are left out. */
  readonly exclude: readonly string[];
  /** Only frames of this package or library stay, the others fold into their callers. '' = all stay. */
  readonly only: string;
  readonly recursion: boolean;
  readonly chains: boolean;
}

/** The part of the zoomed frame that fills the width, as shares 0..1 of it. */
export interface FlameWindow {
  readonly from: number;
  readonly to: number;
}

export const colourWays = ['package', 'library', 'type', 'value'] as const;
export type ColourBy = (typeof colourWays)[number];

/** How the view is drawn; undefined = as the panel's options say. */
export interface FlameLook {
  readonly window: FlameWindow;
  readonly colour?: ColourBy;
  readonly root?: 'top' | 'bottom';
}

export interface FlameState {
  readonly place: FlamePlace;
  readonly rules: FlameRules;
  readonly search: string;
  readonly look: FlameLook;
}

export const wholeGraph: FlamePlace = { mode: 'top', method: '', focus: [], callers: [] };
export const noRules: FlameRules = { hide: [], exclude: [], only: '', recursion: false, chains: false };
export const wholeWidth: FlameWindow = { from: 0, to: 1 };
export const startState: FlameState = { place: wholeGraph, rules: noRules, search: '', look: { window: wholeWidth } };

export const placeKeys = [
  'mode',
  'method',
  'focus',
  'callers',
  'search',
  'hide',
  'exclude',
  'only',
  'fold',
  'window',
  'colour',
  'root',
] as const;
export type PlaceKey = (typeof placeKeys)[number];
export type PlaceTexts = Record<PlaceKey, readonly string[]>;

const longestText = 2000;
/** Texts that are too long for an address are left out of it. */
const fitting = (texts: readonly string[]) => texts.filter((text) => text !== '' && text.length <= longestText);
const one = (text: string) => fitting([text]);

/** The state as values per key of the address; nothing for what is as at the start. */
export function writePlace({ place, rules, search, look }: FlameState): PlaceTexts {
  const method = one(place.mode === 'sandwich' ? place.method : '');
  const fold = [rules.recursion && 'recursion', rules.chains && 'chains'].filter((name) => name !== false);
  return {
    mode: place.mode === 'bottom' || method.length > 0 ? [place.mode] : [],
    method,
    focus: one(writePath(place.focus)),
    callers: one(writePath(place.callers)),
    search: one(search),
    hide: fitting(rules.hide),
    exclude: fitting(rules.exclude),
    only: one(rules.only),
    fold,
    window: one(writeWindow(look.window)),
    colour: one(look.colour ?? ''),
    root: one(look.root ?? ''),
  };
}

/** The state that the values of the address tell; what isn't understood is as at the start. */
export function readPlace(values: (key: PlaceKey) => readonly string[]): FlameState {
  const first = (key: PlaceKey) => values(key)[0] ?? '';
  const wanted = first('mode');
  const method = first('method');
  const mode = wanted === 'bottom' ? 'bottom' : wanted === 'sandwich' && method !== '' ? 'sandwich' : 'top';
  return {
    place: {
      mode,
      method: mode === 'sandwich' ? method : '',
      focus: readPath(first('focus')),
      callers: mode === 'sandwich' ? readPath(first('callers')) : [],
    },
    rules: {
      hide: values('hide').filter((text) => text !== ''),
      exclude: values('exclude').filter((text) => text !== ''),
      only: first('only'),
      recursion: values('fold').includes('recursion'),
      chains: values('fold').includes('chains'),
    },
    search: first('search'),
    look: {
      window: readWindow(first('window')),
      colour: colourWays.find((way) => way === first('colour')),
      root: (['top', 'bottom'] as const).find((root) => root === first('root')),
    },
  };
}

/** Nine digits tell a pixel apart at the deepest scale. */
const windowDigits = 9;

/** `0.25..0.5`: the second quarter of the zoomed frame. */
function writeWindow({ from, to }: FlameWindow): string {
  const text = (share: number) => String(Number(share.toPrecision(windowDigits)));
  return from <= 0 && to >= 1 ? '' : `${text(from)}..${text(to)}`;
}

function readWindow(text: string): FlameWindow {
  const [, from, to] = /^([\d.e-]{1,20})\.\.([\d.e-]{1,20})$/.exec(text) ?? [];
  const window = { from: Number(from), to: Number(to) };
  return window.from >= 0 && window.from < window.to && window.to <= 1 ? window : wholeWidth;
}

/** `a.b.b.b` is `a.b*3`. */
function writePath(keys: readonly string[]): string {
  const parts: Array<[string, number]> = [];
  for (const key of keys) {
    const last = parts.at(-1);
    if (last?.[0] === key) {
      last[1]++;
    } else {
      parts.push([key, 1]);
    }
  }
  return parts.map(([key, times]) => (times > 1 ? `${key}*${times}` : key)).join('.');
}

const deepest = 20_000;

function readPath(text: string): string[] {
  if (text === '' || !/^(\.[a-z0-9]+(-\d{1,7})?(\*\d{1,5})?)+$/.test(`.${text}`)) {
    return [];
  }
  const keys: string[] = [];
  for (const part of text.split('.')) {
    const [key, times = '1'] = part.split('*');
    for (let i = 0; i < Number(times) && keys.length < deepest; i++) {
      keys.push(key);
    }
  }
  return keys;
}

export function sameTexts(a: PlaceTexts, b: PlaceTexts): boolean {
  return placeKeys.every((key) => a[key].length === b[key].length && a[key].every((text, i) => text === b[key][i]));
}

export const hasRules = ({ hide, exclude, only, recursion, chains }: FlameRules) =>
  hide.length + exclude.length > 0 || only !== '' || recursion || chains;

/** Rules under which a way of names in the view is the way in the profile. */
export const keepsPaths = ({ hide, only, recursion, chains }: FlameRules) =>
  hide.length === 0 && only === '' && !recursion && !chains;
