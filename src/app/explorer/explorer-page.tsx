import React, { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { useStyles2 } from '@grafana/ui';
import { appId } from '../../api/frames';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, currentSearch, useSearchParams } from '../location';
import { noSelection } from '../profile/selection';
import { type StoreClient } from '../store-client';
import { FacetSidebar } from './facet-sidebar';
import { Histogram } from './histogram';
import { type Change, ListArea, type ListProps } from './list-area';
import { explorerQueries, firstLimit, loadExplorer, maxLimit } from './load';
import { SearchBar } from './search-bar';
import { TimeControls } from './time-controls';
import { toTimeRange } from './time-range';
import { readState, writeState } from './url-state';

const SlideOut = lazy(async () => {
  await initPluginTranslations(appId);
  return { default: (await import('../profile/slide-out')).SlideOut };
});

/** The list of profiles with chart, quick filters and search; every part of the view is in the URL. */
export function ExplorerPage({ store }: { store: StoreClient }) {
  const params = useSearchParams();
  const state = readState(params);
  const change = useStateChange();
  const range = useMemo(() => toTimeRange(state.from, state.to), [state.from, state.to]);
  const [limit, setLimit] = useState(firstLimit);
  const key = JSON.stringify([store.uid, state.from, state.to, explorerQueries(state, limit)]);
  const answer = useAsyncValue(key, (signal) => loadExplorer(store, state, limit, signal));
  const input = useRef<HTMLInputElement>(null);
  useSlashKey(input);
  return (
    <PluginPage
      pageNav={{ text: 'Explore profiles' }}
      actions={
        <TimeControls
          range={range}
          refresh={params.get('refresh') ?? ''}
          loading={answer.loading}
          onRange={(from, to) => change({ from, to })}
          onRefresh={answer.reload}
          onInterval={(interval) => changeSearch({ refresh: interval || null }, true)}
        />
      }
    >
      <ExplorerBody
        store={store}
        state={state}
        change={change}
        answer={answer.value}
        range={answer.value?.range ?? range}
        loading={answer.loading}
        input={input}
        notice={answer.error && <ErrorNotice what="The list" error={answer.error} onRetry={answer.reload} />}
        onReload={answer.reload}
        onMore={limit < maxLimit ? () => setLimit(Math.min(maxLimit, limit * 5)) : undefined}
      />
      {state.open && (
        <Suspense fallback={null}>
          <SlideOut store={store} id={state.open} onClose={() => change({ open: undefined })} />
        </Suspense>
      )}
    </PluginPage>
  );
}

/** Parameters that belong to the slide-out go away with it. */
const slideOutParams = { tab: null, type: null, dimension: null, ...noSelection };

function useStateChange(): Change {
  return useCallback((part) => {
    const state = readState(currentSearch());
    const closing = 'open' in part && part.open === undefined;
    changeSearch({ ...writeState({ ...state, ...part }), ...(closing && slideOutParams) });
  }, []);
}

/** `/` goes to the search box, as everywhere in Hotspan. */
function useSlashKey(input: React.RefObject<HTMLInputElement>) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const typing = event.target instanceof Element && event.target.closest('input, textarea, [contenteditable]');
      if (event.key === '/' && !typing) {
        event.preventDefault();
        input.current?.focus();
      }
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [input]);
}

interface BodyProps extends ListProps {
  input: React.RefObject<HTMLInputElement>;
  notice: React.ReactNode;
}

function ExplorerBody({ input, notice, ...props }: BodyProps) {
  const { store, state, change, answer, range, loading } = props;
  const styles = useStyles2(getStyles);
  const setRange = (from: number, to: number) => change({ from: String(from), to: String(to) });
  return (
    <div className={styles.page}>
      <SearchBar search={state} input={input} onChange={change} />
      <WaitBar waiting={loading} what="profiles" />
      {notice}
      <Histogram
        series={answer?.histogram ?? []}
        from={range.from.valueOf()}
        to={range.to.valueOf()}
        by={state.by}
        onRange={setRange}
        onBy={(by) => change({ by })}
      />
      <div className={styles.columns}>
        <FacetSidebar
          store={store}
          range={range}
          added={state.facets}
          facets={answer?.facets ?? new Map()}
          state={state}
          onChange={change}
          onAdded={(facets) => change({ facets })}
        />
        <ListArea {...props} />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  page: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    height: 'calc(100vh - 190px)',
    minHeight: 480,
  }),
  columns: css({
    display: 'flex',
    gap: theme.spacing(2),
    flex: 1,
    minHeight: 0,
    [theme.breakpoints.down('md')]: { flexDirection: 'column', overflowY: 'auto' },
  }),
});
