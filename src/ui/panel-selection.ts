import { type InterpolateFunction } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { useCallback, useMemo, useState, useSyncExternalStore } from 'react';

/** Names picked by the user. None picked = all are shown. */
export interface Selection {
  readonly names: ReadonlySet<string>;
  /** False where no dashboard variable or page listens, so picking only marks rows in this panel. */
  readonly shared: boolean;
  /** Picks a name, or drops it when it is picked. */
  toggle(name: string): void;
  set(names: Iterable<string>): void;
  clear(): void;
}

const all = '$__all';

/** True if the dashboard has the variable. */
export function variableExists(name: string, replaceVariables: InterpolateFunction): boolean {
  const reference = `\${${name}}`;
  return name !== '' && replaceVariables(reference) !== reference;
}

/** Values of a variable as the address carries them; undefined = the address says nothing about it. */
function valuesInAddress(name: string): string[] | undefined {
  const values = locationService.getSearch().getAll(`var-${name}`);
  return values.length > 0 ? values : undefined;
}

/** Values of a variable that is not in the address, asked from the dashboard; All = []. */
function valuesInDashboard(name: string, replaceVariables: InterpolateFunction): string[] {
  if (!variableExists(name, replaceVariables) || replaceVariables(`\${${name}:text}`) === 'All') {
    return [];
  }
  try {
    const parsed: unknown = JSON.parse(replaceVariables(`\${${name}:json}`));
    return Array.isArray(parsed) ? parsed.map(String) : [String(parsed)];
  } catch {
    return [];
  }
}

/** Picked values of a variable; [] = all. */
export function readVariable(name: string, replaceVariables: InterpolateFunction): string[] {
  if (name === '') {
    return [];
  }
  const values = valuesInAddress(name) ?? valuesInDashboard(name, replaceVariables);
  return values.filter((value) => value !== all && value !== '');
}

/** Sets a variable in the address, which every panel that uses it follows. No values = all. */
export function writeVariable(name: string, values: readonly string[]) {
  locationService.partial({ [`var-${name}`]: values.length > 0 ? values : [all] }, true);
}

const followAddress = (onChange: () => void) => {
  const subscription = locationService.getLocationObservable().subscribe(onChange);
  return () => subscription.unsubscribe();
};

/** Pages of the app keep their state in the address and have no dashboard variables. */
const onAppPage = () => locationService.getLocation().pathname.startsWith('/a/');

/**
 * The selection that panels share through a dashboard variable (or the address of an app page). Where neither is there
 * (Explore, no variable of that name) it stays in this panel.
 */
export function useSelection(variable: string, replaceVariables: InterpolateFunction): Selection {
  const [local, setLocal] = useState<readonly string[]>([]);
  const shared = variable !== '' && (variableExists(variable, replaceVariables) || onAppPage());
  // As one text, so that the set changes only when the values do.
  const read = () => JSON.stringify(shared ? readVariable(variable, replaceVariables) : local);
  const key = useSyncExternalStore(followAddress, read);
  const names = useMemo(() => new Set<string>(JSON.parse(key)), [key]);
  const set = useCallback(
    (values: Iterable<string>) => (shared ? writeVariable(variable, [...values]) : setLocal([...values])),
    [shared, variable]
  );
  return useMemo(
    () => ({
      names,
      shared,
      set,
      clear: () => set([]),
      toggle: (name) => set(names.has(name) ? [...names].filter((other) => other !== name) : [...names, name]),
    }),
    [names, shared, set]
  );
}
