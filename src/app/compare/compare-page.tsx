import React from 'react';
import { dateTimeFormat } from '@grafana/data';
import { PluginPage } from '@grafana/runtime';
import { Button, EmptyState, LinkButton, Stack, Tab, TabsBar } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, useSearchParams } from '../location';
import { pickType } from '../profile/pick-type';
import { readSelection } from '../profile/selection';
import { TypeList } from '../profile/type-list';
import { explorePath, hrefOf } from '../routes';
import { type StoreClient } from '../store-client';
import { type BaselineId, type LeftSide, baselineOf, baselines, serviceSide, uploadSide } from './baseline';
import { SidePanels, dimensionIn } from './side-panels';
import { type CompareTab, type Comparison, compareScene } from './side-scene';
import { UploadFacts } from './upload-facts';

/** /compare?left=<id>&right=<id>, or ?base=<baseline>&right=<id>: an upload against another one, or against its service. */
export function ComparePage({ store }: { store: StoreClient }) {
  const listUrl = hrefOf(explorePath({ ds: store.uid }));
  return (
    <PluginPage pageNav={{ text: 'Compare', parentItem: { text: 'Explore profiles', url: listUrl } }}>
      <CompareView store={store} listUrl={listUrl} />
    </PluginPage>
  );
}

interface Sides {
  right: ProfileDetail;
  /** Absent = the left side is the service at another time. */
  left?: ProfileDetail;
}

function CompareView({ store, listUrl }: { store: StoreClient; listUrl: string }) {
  const params = useSearchParams();
  const [left, right] = [params.get('left'), params.get('right')];
  const base = baselineOf(params.get('base'));
  const key = JSON.stringify([store.uid, left, right, base]);
  const sides = useAsyncValue(key, () => loadSides(store, left, right, base));
  if (!right || (!left && !base)) {
    return (
      <EmptyState
        variant="not-found"
        message="Tick two profiles in the list to compare them."
        button={<LinkButton href={listUrl}>Explore profiles</LinkButton>}
      />
    );
  }
  if (sides.error) {
    return <ErrorNotice what="A profile of this comparison" error={sides.error} onRetry={sides.reload} />;
  }
  return (
    <>
      <WaitBar waiting={sides.loading} what="the profiles" />
      {sides.value && <Comparing store={store} sides={sides.value} base={base} params={params} />}
    </>
  );
}

async function loadSides(
  store: StoreClient,
  left: string | null,
  right: string | null,
  base: BaselineId | undefined
): Promise<Sides | undefined> {
  if (!right) {
    return undefined;
  }
  const load = (id: string) => store.resource<ProfileDetail>(`profiles/${encodeURIComponent(id)}`);
  const loaded = await load(right);
  if (base && base !== 'previous') {
    return { right: loaded };
  }
  const other = base === 'previous' ? loaded.previousId : left;
  if (!other) {
    throw {
      message: 'There is no upload of this process before this one.',
      hint: 'Compare it with its service instead.',
    };
  }
  return { left: await load(other), right: loaded };
}

const tabs: Array<{ id: CompareTab; label: string }> = [
  { id: 'flame', label: 'Flame graph' },
  { id: 'table', label: 'Tables' },
  { id: 'runtime', label: 'Runtime info' },
];

interface ComparingProps {
  store: StoreClient;
  sides: Sides;
  base: BaselineId | undefined;
  params: URLSearchParams;
}

function Comparing({ store, sides, base, params }: ComparingProps) {
  const { left, right } = sides;
  const shownTabs = tabs.filter(({ id }) => id !== 'runtime' || left);
  const tab = shownTabs.find(({ id }) => id === params.get('tab'))?.id ?? 'flame';
  const profileType = pickType(right, params.get('type'));
  const dimension = dimensionIn(params);
  const selection = readSelection(params);
  const comparison = comparisonOf(sides, base, profileType, dimension);
  return (
    <Stack direction="column" gap={1}>
      <Stack justifyContent="space-between" alignItems="flex-start" wrap="wrap">
        <div>
          {left ? (
            <UploadFacts detail={left} ds={store.uid} name="Left" />
          ) : (
            <div>
              <strong>Left</strong> {comparison.leftName}
            </div>
          )}
          <UploadFacts detail={right} ds={store.uid} name="Right" />
        </div>
        {left && (
          <Button
            variant="secondary"
            icon="exchange-alt"
            onClick={() => changeSearch({ left: right.id, right: left.id, base: null })}
          >
            Swap sides
          </Button>
        )}
      </Stack>
      <TypeList types={right.profileTypes} active={profileType} onPick={(type) => changeSearch({ type })} />
      <TabsBar>
        {shownTabs.map(({ id, label }) => (
          <Tab key={id} label={label} active={id === tab} onChangeTab={() => changeSearch({ tab: id })} />
        ))}
      </TabsBar>
      <SidePanels
        sceneKey={JSON.stringify([store.uid, tab, comparison])}
        build={() => compareScene(store.uid, tab, comparison, selection)}
        selection={selection}
        dimension={tab === 'table' ? dimension : undefined}
      />
    </Stack>
  );
}

function comparisonOf(
  { left, right }: Sides,
  base: BaselineId | undefined,
  profileType: string,
  dimension: Comparison['dimension']
): Comparison {
  const shown = { right: uploadSide(right), rightName: timeText(right), profileType, dimension };
  if (left) {
    return { ...shown, left: uploadSide(left), leftName: timeText(left) };
  }
  const side: LeftSide = serviceSide(right, base && base !== 'previous' ? base : 'hour');
  const label = baselines.find(({ id }) => id === base)?.label ?? '';
  return { ...shown, left: side, leftName: `${label} (${dateTimeFormat(side.fromMs)} – ${dateTimeFormat(side.toMs)})` };
}

const timeText = ({ service, start }: ProfileDetail) => `${service} ${dateTimeFormat(start)}`;
