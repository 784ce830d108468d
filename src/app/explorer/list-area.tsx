import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import { type DataFrame, type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { Alert, Button, useStyles2 } from '@grafana/ui';
import { type ProfileTypesAnswer } from '../../api/resources';
import { formatCount, formatCounted } from '../../model/units';
import { SeveralPicker } from '../../ui/several-picker';
import { type StoreClient, rangeParams } from '../store-client';
import { EmptyList } from './empty-list';
import { listCsv, saveText } from './export-csv';
import { labelOptions } from './facet-sidebar';
import { LiveCount } from './live-count';
import { type ExplorerAnswer } from './load';
import { PickTools } from './pick-tools';
import { ProfileList } from './profile-list';
import { SavedViews } from './saved-views';
import { type Column, listColumns } from './table-columns';
import { type ExplorerState } from './url-state';

export type Change = (part: Partial<ExplorerState>) => void;

export interface ListProps {
  store: StoreClient;
  state: ExplorerState;
  change: Change;
  answer: ExplorerAnswer | undefined;
  range: TimeRange;
  loading: boolean;
  onReload: () => void;
  onMore?: () => void;
}

/** The list of profiles with its tools, or why it is empty. */
export function ListArea(props: ListProps) {
  const { store, state, change, answer, loading, onReload } = props;
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
      <ListTools {...props} answer={answer} frame={frame} columns={columns} />
      <Notices answer={answer} />
      <ProfileList
        frame={frame}
        columns={columns}
        sort={state.sort}
        open={state.open}
        picks={state.picks}
        dimmed={loading}
        uid={store.uid}
        search={{ ds: store.uid, span: state.spans[0] }}
        onSort={(sort) => change({ sort })}
        onOpen={(open) => change({ open })}
        onPicks={(picks) => change({ picks })}
      />
    </div>
  );
}

type ToolsProps = ListProps & { answer: ExplorerAnswer; frame: DataFrame; columns: Column[] };

function ListTools({ store, state, change, answer, range, frame, columns, onMore, onReload }: ToolsProps) {
  const styles = useStyles2(getStyles);
  const isCut = frame.length < answer.total;
  return (
    <div className={styles.tools}>
      <div className={styles.group}>
        <span role="status">
          {formatCounted(answer.total, 'profile')}
          {isCut && `, the first ${formatCount(frame.length)} shown `}
        </span>
        {isCut && onMore && (
          <Button size="sm" fill="text" onClick={onMore}>
            Show more
          </Button>
        )}
        <LiveCount store={store} state={state} answer={answer} onLive={(live) => change({ live })} onShow={onReload} />
        <PickTools ds={store.uid} picks={state.picks} frame={frame} onClear={() => change({ picks: [] })} />
      </div>
      <div className={styles.group}>
        <SavedViews />
        <SeveralPicker
          name="Columns"
          placeholder="Columns"
          width={32}
          options={(text) => columnOptions(store, range, text)}
          value={state.columns}
          onChange={(picked) => change({ columns: picked.map(({ value }) => value) })}
        />
        <Button
          variant="secondary"
          icon="download-alt"
          onClick={() => saveText(listCsv(frame, columns), 'profiles.csv', 'text/csv')}
        >
          CSV
        </Button>
      </div>
    </div>
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
  list: css({ flex: 1, minWidth: 0, display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  tools: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), justifyContent: 'space-between' }),
  group: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1), alignItems: 'center' }),
});
