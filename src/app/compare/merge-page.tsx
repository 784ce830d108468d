import React from 'react';
import { PluginPage } from '@grafana/runtime';
import { EmptyState, LinkButton, Stack } from '@grafana/ui';
import { type ProfileDetail } from '../../api/resources';
import { formatCounted } from '../../model/units';
import { useAsyncValue } from '../../ui/async-value';
import { ErrorNotice } from '../../ui/error-notice';
import { WaitBar } from '../../ui/wait-bar';
import { changeSearch, useSearchParams } from '../location';
import { pickType } from '../profile/pick-type';
import { readSelection } from '../profile/selection';
import { TypeList } from '../profile/type-list';
import { explorePath, hrefOf } from '../routes';
import { type StoreClient } from '../store-client';
import { mergedTypes, mergedUploads } from './merged-uploads';
import { SidePanels, dimensionIn } from './side-panels';
import { mergeScene } from './side-scene';
import { UploadFacts } from './upload-facts';

/** /merge?id=…&id=…: several uploads as one profile. */
export function MergePage({ store }: { store: StoreClient }) {
  const listUrl = hrefOf(explorePath({ ds: store.uid }));
  return (
    <PluginPage pageNav={{ text: 'Merge', parentItem: { text: 'Explore profiles', url: listUrl } }}>
      <MergeView store={store} listUrl={listUrl} />
    </PluginPage>
  );
}

function MergeView({ store, listUrl }: { store: StoreClient; listUrl: string }) {
  const params = useSearchParams();
  const ids = [...new Set(params.getAll('id'))];
  const load = (id: string) => store.resource<ProfileDetail>(`profiles/${encodeURIComponent(id)}`);
  const uploads = useAsyncValue(JSON.stringify([store.uid, ids]), () => Promise.all(ids.map(load)));
  if (ids.length === 0) {
    return (
      <EmptyState
        variant="not-found"
        message="Tick profiles in the list to merge them."
        button={<LinkButton href={listUrl}>Explore profiles</LinkButton>}
      />
    );
  }
  if (uploads.error) {
    return <ErrorNotice what="A profile of this merge" error={uploads.error} onRetry={uploads.reload} />;
  }
  return (
    <>
      <WaitBar waiting={uploads.loading} what="the profiles" />
      {uploads.value && <Merged store={store} uploads={uploads.value} params={params} />}
    </>
  );
}

function Merged({ store, uploads, params }: { store: StoreClient; uploads: ProfileDetail[]; params: URLSearchParams }) {
  const types = mergedTypes(uploads);
  const profileType = pickType({ profileTypes: types }, params.get('type'));
  const dimension = dimensionIn(params);
  const selection = readSelection(params);
  const merged = mergedUploads(uploads);
  return (
    <Stack direction="column" gap={1}>
      <details>
        <summary>{formatCounted(uploads.length, 'upload')} as one profile</summary>
        {uploads.map((detail) => (
          <UploadFacts key={detail.id} detail={detail} ds={store.uid} />
        ))}
      </details>
      <TypeList types={types} active={profileType} hideTotals onPick={(type) => changeSearch({ type })} />
      <SidePanels
        sceneKey={JSON.stringify([store.uid, merged, profileType, dimension])}
        build={() => mergeScene(store.uid, merged, { profileType, dimension }, selection)}
        selection={selection}
        dimension={dimension}
      />
    </Stack>
  );
}
