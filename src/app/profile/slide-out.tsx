import React from 'react';
import { Drawer } from '@grafana/ui';
import { type StoreClient } from '../store-client';
import { ProfileView } from './profile-view';

/** A profile beside the list it was picked from. */
export function SlideOut({ store, id, onClose }: { store: StoreClient; id: string; onClose: () => void }) {
  return (
    <Drawer title="Profile" size="lg" onClose={onClose}>
      <ProfileView store={store} id={id} linkToPage />
    </Drawer>
  );
}
