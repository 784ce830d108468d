import { locationService } from '@grafana/runtime';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
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

/** What the user looks at and how it changes. */
export interface FlameControl extends FlameState {
  /** Goes to a place; `back` returns. */
  go(place: Partial<FlamePlace>): void;
  /** One step back; false when there is none. */
  back(): boolean;
  reset(): void;
  setRules(rules: Partial<FlameRules>): void;
  setSearch(text: string): void;
  setLook(look: Partial<FlameLook>): void;
}

interface Held {
  readonly state: FlameState;
  readonly past: readonly FlamePlace[];
}

/** Zooming paints at once; the address, which makes Grafana's router draw again, follows when the user rests. */
const addressDelayMs = 300;

/** `prefix` names the keys of the address (`flame-3-focus`); '' = the state stays in the panel. */
export function useFlameState(prefix: string): FlameControl {
  const [held, setHeld] = useState<Held>(() => ({ state: readAddress(prefix), past: [] }));
  useAddress(prefix, held.state, setHeld);
  const go = useCallback(
    (place: Partial<FlamePlace>) => setHeld((now) => goTo(now, { ...now.state.place, ...place })),
    []
  );
  const back = useCallback(() => {
    const can = held.past.length > 0 || !isWhole(held.state.place) || isScaled(held.state);
    setHeld(goBack);
    return can;
  }, [held]);
  const reset = useCallback(() => setHeld((now) => goTo(now, wholeGraph)), []);
  const change = useCallback(
    (next: (state: FlameState) => FlameState) => setHeld((now) => ({ ...now, state: next(now.state) })),
    []
  );
  const setRules = useCallback(
    (rules: Partial<FlameRules>) => change((state) => ({ ...state, rules: { ...state.rules, ...rules } })),
    [change]
  );
  const setSearch = useCallback((search: string) => change((state) => ({ ...state, search })), [change]);
  const setLook = useCallback(
    (look: Partial<FlameLook>) => change((state) => ({ ...state, look: { ...state.look, ...look } })),
    [change]
  );
  return useMemo(
    () => ({ ...held.state, go, back, reset, setRules, setSearch, setLook }),
    [held, go, back, reset, setRules, setSearch, setLook]
  );
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

/** Address and state follow each other: the state first, except when the user goes back or opens a link. */
function useAddress(prefix: string, state: FlameState, setHeld: (held: Held) => void) {
  const texts = useMemo(() => writePlace(state), [state]);
  const known = useRef(texts); // what the address says as far as this panel knows
  useEffect(() => {
    if (prefix === '' || sameTexts(texts, known.current)) {
      return;
    }
    const timer = setTimeout(() => {
      const step = (['mode', 'method', 'focus', 'callers'] as const).some(
        (key) => texts[key][0] !== known.current[key][0]
      );
      known.current = texts;
      writeAddress(prefix, texts, step);
    }, addressDelayMs);
    return () => clearTimeout(timer);
  }, [prefix, texts]);
  useEffect(() => {
    if (prefix === '') {
      return;
    }
    const path = locationService.getLocation().pathname;
    const following = locationService.getLocationObservable().subscribe((location) => {
      const read = readAddress(prefix);
      const there = writePlace(read);
      if (location.pathname === path && !sameTexts(there, known.current)) {
        known.current = there;
        setHeld({ state: read, past: [] });
      }
    });
    return () => following.unsubscribe();
  }, [prefix, setHeld]);
}
