import React, { useEffect, useMemo } from 'react';
import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Alert, Combobox, EmptyState, LinkButton, Stack, Tab, TabsBar, useStyles2 } from '@grafana/ui';
import { type Dimension, dimensions } from '../../api/query';
import { type DimensionsAnswer, type ProfileDetail } from '../../api/resources';
import { dimensionNames } from '../../model/dimensions';
import { formatCount } from '../../model/units';
import { useAsyncValue } from '../../ui/async-value';
import { Chip } from '../../ui/chip';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, useSearchParams } from '../location';
import { type StoreClient } from '../store-client';
import { pickType } from './pick-type';
import { processSelector } from './process-selector';
import { downloadHref } from './download-link';
import { ProfileHeader } from './profile-header';
import { OverTime } from './over-time';
import { type PanelTab, type ViewState, buildScene, updateScene } from './profile-scene';
import { readSelection } from './selection';
import { SelectionChips, useEscape } from './selection-chips';
import { TagList } from './tag-list';
import { TypeList } from './type-list';

interface Props {
  store: StoreClient;
  id: string;
  /** In the slide-out: the link to the page. */
  linkToPage?: boolean;
}

type TabId = PanelTab | 'time' | 'tags';

const tabs: Array<{ id: TabId; label: string }> = [
  { id: 'performance', label: 'Performance' },
  { id: 'runtime', label: 'Runtime info' },
  { id: 'requests', label: 'Requests' },
  { id: 'time', label: 'Over time' },
  { id: 'tags', label: 'Tags' },
];

/** One upload: header, types, and the panels of a tab. Used by the page and the slide-out. */
export function ProfileView({ store, id, linkToPage }: Props) {
  const path = `profiles/${encodeURIComponent(id)}`;
  const detail = useAsyncValue(`${store.uid} ${id}`, () => store.resource<ProfileDetail>(path));
  if (detail.error) {
    return <ErrorNotice what="The profile" error={detail.error} onRetry={detail.reload} />;
  }
  return (
    <>
      <WaitBar waiting={detail.loading} what="the profile" />
      {detail.value && <LoadedProfile store={store} detail={detail.value} linkToPage={linkToPage} />}
    </>
  );
}

function readView(params: URLSearchParams, detail: ProfileDetail): ViewState {
  const wanted = params.get('dimension');
  return {
    profileType: pickType(detail, params.get('type')),
    dimension: dimensions.find((dimension) => dimension === wanted) ?? 'method',
    span: params.get('span'),
    selection: readSelection(params),
  };
}

function LoadedProfile({
  store,
  detail,
  linkToPage,
}: {
  store: StoreClient;
  detail: ProfileDetail;
  linkToPage?: boolean;
}) {
  const styles = useStyles2(getStyles);
  const params = useSearchParams();
  const view = readView(params, detail);
  const tab = tabs.find(({ id }) => id === params.get('tab'))?.id ?? 'performance';
  const search = { ds: params.get('ds') ?? undefined, tab, type: view.profileType };
  return (
    <div className={styles.view}>
      <ProfileHeader uid={store.uid} detail={detail} search={search} linkToPage={linkToPage} />
      {detail.status === 'unreadable' || detail.profileTypes.length === 0 ? (
        <Unreadable uid={store.uid} detail={detail} />
      ) : (
        <>
          <TypeList types={detail.profileTypes} active={view.profileType} onPick={(type) => changeSearch({ type })} />
          <TabsBar>
            {tabs.map(({ id, label }) => (
              <Tab key={id} label={label} active={id === tab} onChangeTab={() => changeSearch({ tab: id })} />
            ))}
          </TabsBar>
          <TabBody store={store} detail={detail} tab={tab} view={view} search={search} inList={linkToPage} />
        </>
      )}
    </div>
  );
}

interface TabProps {
  store: StoreClient;
  detail: ProfileDetail;
  tab: TabId;
  view: ViewState;
  search: Record<string, string | undefined>;
  inList?: boolean;
}

function TabBody({ store, detail, tab, view, search, inList }: TabProps) {
  if (tab === 'time') {
    return <OverTime store={store} detail={detail} profileType={view.profileType} search={search} inList={inList} />;
  }
  if (tab === 'tags') {
    return <TagList detail={detail} ds={store.uid} inList={inList} />;
  }
  return (
    <>
      <SelectionBar store={store} detail={detail} view={view} showDimension={tab === 'performance'} />
      <Panels key={`${detail.id} ${tab}`} uid={store.uid} detail={detail} tab={tab} view={view} />
    </>
  );
}

function Unreadable({ uid, detail }: { uid: string; detail: ProfileDetail }) {
  return detail.status === 'unreadable' ? (
    <Alert severity="warning" title="The samples of this upload could not be read">
      <div>{detail.reason}</div>
      <LinkButton size="sm" variant="secondary" href={downloadHref(uid, detail.id)} target="_blank" download>
        Download as uploaded
      </LinkButton>
    </Alert>
  ) : (
    <EmptyState variant="not-found" message="This upload holds no samples" />
  );
}

interface PanelsProps {
  uid: string;
  detail: ProfileDetail;
  tab: PanelTab;
  view: ViewState;
}

/** The scene is built once per profile and tab; later changes go into its variables. */
function Panels({ uid, detail, tab, view }: PanelsProps) {
  const styles = useStyles2(getStyles);
  // eslint-disable-next-line react-hooks/exhaustive-deps -- `view` is only the start; the effect below follows it
  const built = useMemo(() => buildScene(uid, detail, tab, view), [uid, detail, tab]);
  useEffect(() => updateScene(built, detail, view));
  useEscape(view.selection.length > 0);
  return (
    <div className={styles.panels}>
      <built.scene.Component model={built.scene} />
    </div>
  );
}

interface BarProps {
  store: StoreClient;
  detail: ProfileDetail;
  view: ViewState;
  showDimension: boolean;
}

/** What narrows the panels below, and the choice of the dimension. */
function SelectionBar({ store, detail, view, showDimension }: BarProps) {
  const { selection, span } = view;
  return (
    <Stack gap={1} wrap="wrap" alignItems="center" justifyContent="space-between">
      <Stack gap={1} wrap="wrap" alignItems="center">
        {span && <Chip text={`span ${span}`} onRemove={() => changeSearch({ span: null })} />}
        <SelectionChips selection={selection} />
      </Stack>
      {showDimension && <DimensionPicker store={store} detail={detail} view={view} />}
    </Stack>
  );
}

function DimensionPicker({ store, detail, view }: Omit<BarProps, 'showDimension'>) {
  const { profileType, dimension } = view;
  const { start: from, end: to } = detail;
  const found = useAsyncValue(`${detail.id} ${profileType}`, () =>
    store.resource<DimensionsAnswer>('dimensions', {
      from,
      to: Math.max(to, from + 1),
      profileType,
      selector: processSelector(detail),
    })
  );
  const options = useMemo(() => dimensionOptions(found.value?.dimensions, dimension), [found.value, dimension]);
  return (
    <Combobox<Dimension>
      placeholder="Dimension"
      width={24}
      options={options}
      value={dimension}
      onChange={({ value }) => changeSearch({ dimension: value })}
    />
  );
}

/** The dimensions with data; while they are not known, the present one. */
function dimensionOptions(found: DimensionsAnswer['dimensions'] | undefined, present: Dimension) {
  const known = found?.map(({ id, name, values }) => ({ id, name, text: `${formatCount(values)} values` })) ?? [];
  const all = known.length > 0 ? known : [{ id: present, name: dimensionNames[present], text: '' }];
  return all.map(({ id, name, text }) => ({ value: id, label: name, description: text }));
}

const getStyles = (theme: GrafanaTheme2) => ({
  view: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1) }),
  panels: css({ height: 'calc(100vh - 360px)', minHeight: 420, display: 'flex', '& > *': { flex: 1, minWidth: 0 } }),
});
