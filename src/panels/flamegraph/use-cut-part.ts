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
  const asked = useRef({ source, paths: new Set<string>() });
  const cut = possible && path.length > 0 && (source.custom.hiddenNodes ?? 0) > 0;
  useEffect(() => {
    if (asked.current.source !== source) {
      asked.current = { source, paths: new Set() };
    }
    const change = (next: (before: Grafted) => Grafted) => {
      if (asked.current.source === source) {
        setGrafted((before) => next(before.source === source ? before : now));
      }
    };
    if (cut) {
      import('./cut-part')
        .then(({ loadCutPart }) => loadCutPart(now, path, data, asked.current.paths, change))
        .catch(() => change((before) => ({ ...before, state: 'failed' })));
    }
  }, [source, data, path, cut, now]);
  return { rows: now.rows, state: now.state };
}
