import React from 'react';
import { Button, EmptyState, Stack } from '@grafana/ui';
import { type StatusAnswer } from '../../api/resources';
import { useAsyncValue } from '../../ui/async-value';
import { type StoreClient } from '../store-client';
import { FirstUse } from './first-use';

interface Props {
  store: StoreClient;
  hasFilter: boolean;
  onClear: () => void;
  onWiden: () => void;
  onFirst: () => void;
}

/** Why the list is empty, and one step that helps: no upload ever, none in this range, or none that passes the filter. */
export function EmptyList({ store, hasFilter, onClear, onWiden, onFirst }: Props) {
  const status = useAsyncValue(store.uid, () => store.resource<StatusAnswer>('status'));
  if (status.loading && !status.value) {
    return null;
  }
  if (status.value?.profiles === 0) {
    return <FirstUse onCheck={() => (status.reload(), onFirst())} />;
  }
  return (
    <EmptyState
      variant="not-found"
      message={hasFilter ? 'No profile passes these filters in this time range' : 'No profile in this time range'}
      button={
        <Stack justifyContent="center" gap={1}>
          {hasFilter && <Button onClick={onClear}>Clear filters</Button>}
          <Button variant="secondary" onClick={onWiden}>
            Show the last 7 days
          </Button>
        </Stack>
      }
    />
  );
}
