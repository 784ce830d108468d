import React from 'react';
import { type DataFrame, LoadingState, type PanelData, type QueryResultMetaNotice } from '@grafana/data';
import { Alert, Button, Stack } from '@grafana/ui';
import { type ProfileTypesAnswer } from '../../api/resources';
import { useAsyncValue } from '../../ui/async-value';
import { type HotspanDatasource } from '../datasource';
import { type HotspanQuery } from '../query';
import { type ResourceScope } from '../resources';

interface Props {
  datasource: HotspanDatasource;
  query: HotspanQuery;
  scope: ResourceScope;
  data: PanelData | undefined;
  onProfileType: (profileType: string) => void;
}

/** What the store remarked on the last answer of this query; for an empty one the profile types that there are instead. */
export function QueryHints({ datasource, query, scope, data, onProfileType }: Props) {
  const frames = (data?.series ?? []).filter(({ refId }) => refId === query.refId);
  if (data?.state !== LoadingState.Done || frames.length === 0) {
    return null;
  }
  const notices = distinctNotices(frames);
  const isEmpty = frames.every(hasNothing);
  return (
    <Stack direction="column" gap={0.5}>
      {notices.map(({ text, severity }) => (
        <Alert key={text} title={text} severity={severity} bottomSpacing={0} />
      ))}
      {isEmpty && query.queryType !== 'profiles' && (
        <OtherTypes datasource={datasource} query={query} scope={scope} onProfileType={onProfileType} />
      )}
    </Stack>
  );
}

/** A flame graph of nothing has its root. */
function hasNothing(frame: DataFrame): boolean {
  return frame.length === 0 || frame.meta?.custom?.total === 0;
}

function distinctNotices(frames: readonly DataFrame[]): QueryResultMetaNotice[] {
  const all = frames.flatMap(({ meta }) => meta?.notices ?? []);
  return [...new Map(all.map((notice) => [notice.text, notice])).values()];
}

const offered = 6;

/** Types that the chosen uploads do carry, each a click away. */
function OtherTypes({ datasource, query, scope, onProfileType }: Omit<Props, 'data'>) {
  const key = JSON.stringify([datasource.uid, scope.selector, scope.range?.raw]);
  const types = useAsyncValue(key, () => datasource.resources.profileTypes({ ...scope, profileType: undefined }));
  const wanted = query.profileType ?? query.profileTypeId ?? datasource.defaultProfileType;
  const shown = (types.value ?? []).filter(({ hidden, id, name }) => !hidden && id !== wanted && name !== wanted);
  if (types.loading || types.error) {
    return null;
  }
  if (shown.length === 0) {
    return (
      <Alert
        title="No upload fits in this time range. Widen it, or take labels away."
        severity="info"
        bottomSpacing={0}
      />
    );
  }
  return (
    <Stack gap={0.5} alignItems="center" wrap="wrap">
      <span>These uploads carry</span>
      {shown.slice(0, offered).map(({ id, name }: ProfileTypesAnswer['profileTypes'][number]) => (
        <Button key={id} size="sm" variant="secondary" onClick={() => onProfileType(id)}>
          {name}
        </Button>
      ))}
    </Stack>
  );
}
