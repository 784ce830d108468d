import React, { Suspense, lazy, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { initPluginTranslations } from '@grafana/i18n';
import { PluginPage } from '@grafana/runtime';
import { Alert, Button, MultiCombobox, Stack, useStyles2 } from '@grafana/ui';
import { appId } from '../../api/frames';
import { type ProfileTypesAnswer } from '../../api/resources';
import { formatCount } from '../../model/units';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, currentSearch, useSearchParams } from '../location';
import { noSelection } from '../profile/selection';
import { type StoreClient, rangeParams } from '../store-client';
import { EmptyList } from './empty-list';
import { listCsv, saveText } from './export-csv';
import { FacetSidebar, labelOptions } from './facet-sidebar';
import { Histogram } from './histogram';
import { type ExplorerAnswer, explorerQueries, firstLimit, loadExplorer, maxLimit } from './load';
import { ProfileList } from './profile-list';
import { SearchBar } from './search-bar';
import { type Column, listColumns } from './table-columns';
import { TimeControls } from './time-controls';
import { toTimeRange } from './time-range';
import { type ExplorerState, readState, writeState } from './url-state';

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

type Change = (part: Partial<ExplorerState>) => void;

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

interface BodyProps {
  store: StoreClient;
  state: ExplorerState;
  change: Change;
  answer: ExplorerAnswer | undefined;
  range: TimeRange;
  loading: boolean;
  input: React.RefObject<HTMLInputElement>;
  notice: React.ReactNode;
  onReload: () => void;
  onMore?: () => void;
}

function ExplorerBody({ input, notice, ...props }: BodyProps) {
  const { store, state, change, answer, range, loading } = props;
  const styles = useStyles2(getStyles);
  const setRange = (from: number, to: number) => change({ from: String(from), to: String(to) });
  return (
    <div className={styles.page}>
      <SearchBar
        text={state.text}
        filters={state.filters}
        spans={state.spans}
        input={input}
        onText={(text) => change({ text })}
        onFilters={(filters) => change({ filters })}
        onSpans={(spans) => change({ spans })}
      />
      <WaitBar waiting={loading} what="profiles" />
      {notice}
      <Histogram
        series={answer?.histogram ?? []}
        from={range.from.valueOf()}
        to={range.to.valueOf()}
        onRange={setRange}
      />
      <div className={styles.columns}>
        <FacetSidebar
          store={store}
          range={range}
          added={state.facets}
          facets={answer?.facets ?? new Map()}
          filters={state.filters}
          onFilters={(filters) => change({ filters })}
          onAdded={(facets) => change({ facets })}
        />
        <ListArea {...props} />
      </div>
    </div>
  );
}

type ListProps = Omit<BodyProps, 'input' | 'notice'>;

function ListArea({ store, state, change, answer, range, loading, onReload, onMore }: ListProps) {
  const styles = useStyles2(getStyles);
  const columns = useMemo(() => (answer?.list ? listColumns(answer.list, state.columns) : []), [answer, state.columns]);
  const frame = answer?.list;
  if (!answer) {
    return null;
  }
  if (!frame || frame.length === 0) {
    return (
      <div className={styles.list}>
        <EmptyList
          store={store}
          hasFilter={state.text !== '' || state.filters.length > 0 || state.spans.length > 0}
          onClear={() => change({ text: '', filters: [], spans: [] })}
          onWiden={() => change({ from: 'now-7d', to: 'now' })}
          onFirst={onReload}
        />
      </div>
    );
  }
  return (
    <div className={styles.list}>
      <ListTools
        store={store}
        state={state}
        change={change}
        answer={answer}
        range={range}
        columns={columns}
        onMore={onMore}
      />
      <Notices answer={answer} />
      <ProfileList
        frame={frame}
        columns={columns}
        sort={state.sort}
        open={state.open}
        dimmed={loading}
        search={{ ds: store.uid, span: state.spans[0] }}
        onSort={(sort) => change({ sort })}
        onOpen={(open) => change({ open })}
      />
    </div>
  );
}

type ToolsProps = Pick<BodyProps, 'store' | 'state' | 'change' | 'range' | 'onMore'> & {
  answer: ExplorerAnswer;
  columns: Column[];
};

function ListTools({ store, state, change, answer, range, columns, onMore }: ToolsProps) {
  const frame = answer.list;
  const shown = frame?.length ?? 0;
  const count = answer.total;
  return (
    <Stack justifyContent="space-between" alignItems="center">
      <span role="status">
        {formatCount(count)} {count === 1 ? 'profile' : 'profiles'}
        {shown < count && `, the first ${formatCount(shown)} shown `}
        {shown < count && onMore && (
          <Button size="sm" fill="text" onClick={onMore}>
            Show more
          </Button>
        )}
      </span>
      <Stack gap={1}>
        <MultiCombobox
          placeholder="Columns"
          width={32}
          options={(text) => columnOptions(store, range, text)}
          value={state.columns}
          onChange={(picked) => change({ columns: picked.map(({ value }) => value) })}
        />
        <Button
          variant="secondary"
          icon="download-alt"
          disabled={!frame}
          onClick={() => frame && saveText(listCsv(frame, columns), 'profiles.csv', 'text/csv')}
        >
          CSV
        </Button>
      </Stack>
    </Stack>
  );
}

/** Labels, and the sum of a profile type over each upload. */
async function columnOptions(store: StoreClient, range: TimeRange, text: string) {
  const [labels, types] = await Promise.all([
    labelOptions(store, range, text, ['service', 'env', 'version', 'host', 'language']),
    store
      .resource<ProfileTypesAnswer>('profile-types', rangeParams(range))
      .catch((): ProfileTypesAnswer => ({ profileTypes: [] })),
  ]);
  const totals = types.profileTypes
    .filter(({ hidden, name }) => !hidden && `total ${name}`.toLowerCase().includes(text.toLowerCase()))
    .map(({ id, name }) => ({ value: `total ${id}`, label: `Total ${name}` }));
  return [...totals, ...labels];
}

/** What the store remarked on the answer, and parts of it that failed. */
function Notices({ answer }: { answer: ExplorerAnswer }) {
  const notices = answer.list?.meta?.notices ?? [];
  const parts = [...answer.errors].map(
    ([part, { message, hint }]) =>
      `${part === 'chart' ? 'The chart' : 'A quick filter'} could not be loaded. ${message} ${hint ?? ''}`
  );
  return (
    <div>
      {notices.map(({ text, severity }) => (
        <Alert key={text} title={text} severity={severity} />
      ))}
      {parts.map((text) => (
        <Alert key={text} title={text} severity="warning" />
      ))}
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
  columns: css({ display: 'flex', gap: theme.spacing(2), flex: 1, minHeight: 0 }),
  list: css({ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
});
