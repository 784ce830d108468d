import React from 'react';
import { PluginPage } from '@grafana/runtime';
import { hrefOf, explorePath } from '../routes';
import { type StoreClient } from '../store-client';
import { ProfileView } from './profile-view';

/** /profile/:id */
export function ProfilePage({ store, id }: { store: StoreClient; id: string }) {
  return (
    <PluginPage
      pageNav={{
        text: 'Profile',
        parentItem: { text: 'Explore profiles', url: hrefOf(explorePath({ ds: store.uid })) },
      }}
    >
      <ProfileView store={store} id={id} />
    </PluginPage>
  );
}
