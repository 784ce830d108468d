import { type PanelData } from '@grafana/data';
import { useEffect, useMemo, useRef, useState } from 'react';
import { type FlameRows } from '../../model/flame-rows';
import { type FlameSource } from './flame-data';

export type CutState = 'whole' | 'loading' | 'failed';

export interface Grafted {
  readonly source: FlameSource;
  readonly rows: FlameRows;
  readonly state: CutState;
}

/** What was asked of a source. */
interface Asked {
  readonly source: FlameSource;
  readonly paths: Set<string>;
  /** The path for which the code that asks could not be loaded: it is tried again for another. */
  withoutCode?: readonly string[];
}

/**
 * The rows of a source; where the zoomed frame lies in a cut part, they are completed by running the panel's own query
 * once more for that frame alone (`focus`). If that fails, what is there stays.
 */
export function useCutPart(source: FlameSource, data: PanelData, path: readonly string[], possible: boolean) {
  const [grafted, setGrafted] = useState<Grafted>({ source, rows: source.rows, state: 'whole' });
  const now = useMemo<Grafted>(
    () => (grafted.source === source ? grafted : { source, rows: source.rows, state: 'whole' }),
    [grafted, source]
  );
  const asked = useRef<Asked>({ source, paths: new Set() });
  const cut = possible && path.length > 0 && (source.custom.hiddenNodes ?? 0) > 0;
  useEffect(() => {
    if (asked.current.source !== source) {
      asked.current = { source, paths: new Set() };
    }
    const own = asked.current;
    const change = (next: (before: Grafted) => Grafted) => {
      if (asked.current === own) {
        setGrafted((before) => next(before.source === source ? before : now));
      }
    };
    const fail = () => change((before) => ({ ...before, state: 'failed' }));
    if (cut && own.withoutCode !== path) {
      import('./cut-part').then(
        ({ loadCutPart }) => loadCutPart(now, path, data, own.paths, change).catch(fail),
        () => {
          own.withoutCode = path;
          fail();
        }
      );
    }
  }, [source, data, path, cut, now]);
  return { rows: now.rows, state: now.state };
}
