import { locationService } from '@grafana/runtime';
import { useEffect, useState, useSyncExternalStore } from 'react';
import {
  type FlameLook,
  type FlamePlace,
  type FlameRules,
  type FlameState,
  type PlaceTexts,
  placeKeys,
  readPlace,
  sameTexts,
  wholeGraph,
  wholeWidth,
  writePlace,
} from '../../model/flame-place';

/**
 * What the user looks at and how it changes. It is kept outside of React's state, so that a part of the panel renders only
 * when what it shows changes: a letter in the search box leaves toolbar and path line alone.
 */
export interface FlameControl {
  get(): FlameState;
  subscribe(listener: () => void): () => void;
  /** Goes to a place; `back` returns. */
  go(place: Partial<FlamePlace>): void;
  /** One step back; false when there is none. */
  back(): boolean;
  reset(): void;
  setRules(rules: Partial<FlameRules>): void;
  setSearch(text: string): void;
  setLook(look: Partial<FlameLook>): void;
  /** Another state without a past: a link, or the browser's Back. */
  replace(state: FlameState): void;
}

interface Held {
  readonly state: FlameState;
  readonly past: readonly FlamePlace[];
}

/** `prefix` names the keys of the address (`flame-3-focus`); '' = the state stays in the panel. */
export function useFlameState(prefix: string): FlameControl {
  const [control] = useState(() => createControl(readAddress(prefix)));
  useAddress(prefix, control);
  return control;
}

/** One part of the state; the component renders again when that part changes. */
export function useFlamePart<K extends keyof FlameState>(control: FlameControl, part: K): FlameState[K] {
  return useSyncExternalStore(control.subscribe, () => control.get()[part]);
}

export function useFlameMode(control: FlameControl): FlamePlace['mode'] {
  return useSyncExternalStore(control.subscribe, () => control.get().place.mode);
}

function createControl(start: FlameState): FlameControl {
  let held: Held = { state: start, past: [] };
  const listeners = new Set<() => void>();
  const hold = (next: Held) => {
    held = next;
    listeners.forEach((listener) => listener());
  };
  const change = (part: Partial<FlameState>) => hold({ ...held, state: { ...held.state, ...part } });
  return {
    get: () => held.state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    go: (place) => hold(goTo(held, { ...held.state.place, ...place })),
    back: () => {
      const can = held.past.length > 0 || !isWhole(held.state.place) || isScaled(held.state);
      hold(goBack(held));
      return can;
    },
    reset: () => hold(goTo(held, wholeGraph)),
    setRules: (rules) => change({ rules: { ...held.state.rules, ...rules } }),
    setSearch: (search) => change({ search }),
    setLook: (look) => change({ look: { ...held.state.look, ...look } }),
    replace: (state) => hold({ state, past: [] }),
  };
}

const isWhole = ({ mode, focus, callers }: FlamePlace) => mode === 'top' && focus.length + callers.length === 0;
const isScaled = ({ look: { window } }: FlameState) => window.from > 0 || window.to < 1;
const samePlace = (a: FlamePlace, b: FlamePlace) => JSON.stringify(a) === JSON.stringify(b);

/** Another place is shown in its whole width. */
const at = (state: FlameState, place: FlamePlace): FlameState => ({
  ...state,
  place,
  look: { ...state.look, window: wholeWidth },
});

function goTo({ state, past }: Held, place: FlamePlace): Held {
  return samePlace(place, state.place)
    ? { state: at(state, state.place), past }
    : { state: at(state, place), past: [...past, state.place] };
}

/** First back to the whole width. Without a past (a link led here) the step back is the caller, then the whole graph. */
function goBack({ state, past }: Held): Held {
  if (isScaled(state)) {
    return { state: at(state, state.place), past };
  }
  const { place } = state;
  const above = place.focus.length > 0 ? { ...place, focus: place.focus.slice(0, -1) } : wholeGraph;
  return { state: at(state, past.at(-1) ?? above), past: past.slice(0, -1) };
}

const keyOf = (prefix: string, key: string) => `${prefix}-${key}`;

function readAddress(prefix: string): FlameState {
  const search = prefix === '' ? new URLSearchParams() : locationService.getSearch();
  return readPlace((key) => search.getAll(keyOf(prefix, key)));
}

/** A change of place is a step of the browser's history, a change of search or rules is not. */
function writeAddress(prefix: string, texts: PlaceTexts, step: boolean) {
  const location = locationService.getLocation();
  const params = new URLSearchParams(location.search);
  for (const key of placeKeys) {
    params.delete(keyOf(prefix, key));
    texts[key].forEach((text) => params.append(keyOf(prefix, key), text));
  }
  const history = locationService.getHistory();
  const next = { pathname: location.pathname, search: params.toString() };
  if (step) {
    history.push(next);
  } else {
    history.replace(next);
  }
}

/** Zooming paints at once; the address, which makes Grafana's router draw again, follows when the user rests. */
const addressDelayMs = 300;

/** Address and state follow each other: the state first, except when the user goes back or opens a link. */
function useAddress(prefix: string, control: FlameControl) {
  useEffect(() => {
    if (prefix === '') {
      return;
    }
    // The first picture is on the screen before.
    let stop: (() => void) | undefined;
    const timer = setTimeout(() => (stop = followAddress(prefix, control)));
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [prefix, control]);
}

function followAddress(prefix: string, control: FlameControl): () => void {
  const { pathname } = locationService.getLocation();
  let known = writePlace(readAddress(prefix)); // what the address says as far as this panel knows
  let timer: ReturnType<typeof setTimeout> | undefined;
  const write = () => {
    const texts = writePlace(control.get());
    if (!sameTexts(texts, known)) {
      const step = (['mode', 'method', 'focus', 'callers'] as const).some((key) => texts[key][0] !== known[key][0]);
      known = texts;
      writeAddress(prefix, texts, step);
    }
  };
  const writeSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(write, addressDelayMs);
  };
  const stop = control.subscribe(writeSoon);
  writeSoon(); // of what changed since the panel appeared
  const following = locationService.getLocationObservable().subscribe((location) => {
    const read = readAddress(prefix);
    const there = writePlace(read);
    if (location.pathname === pathname && !sameTexts(there, known)) {
      known = there;
      clearTimeout(timer);
      control.replace(read);
    }
  });
  return () => {
    clearTimeout(timer);
    stop();
    following.unsubscribe();
  };
}
