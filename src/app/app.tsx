import React, { Suspense, lazy } from 'react';
import { initPluginTranslations } from '@grafana/i18n';
import { EmptyState, LinkButton } from '@grafana/ui';
import { appId } from '../api/frames';
import { ErrorNotice } from '../ui/error-notice';
import { useAsyncValue } from '../ui/async-value';
import { WaitBar } from '../ui/wait-bar';
import { useLocation, useSearchParams } from './location';
import { explorePath, hrefOf, routeOf } from './routes';
import { openStore } from './store-client';

const ExplorerPage = lazy(() =>
  import('./explorer/explorer-page').then((module) => ({ default: module.ExplorerPage }))
);
const ProfilePage = lazy(async () => {
  // Scenes translate their texts while they are loaded.
  await initPluginTranslations(appId);
  return { default: (await import('./profile/profile-page')).ProfilePage };
});

const TracePage = lazy(async () => {
  await initPluginTranslations(appId);
  return { default: (await import('./trace/trace-page')).TracePage };
});

const ComparePage = lazy(async () => {
  await initPluginTranslations(appId);
  return { default: (await import('./compare/compare-page')).ComparePage };
});

const MergePage = lazy(async () => {
  await initPluginTranslations(appId);
  return { default: (await import('./compare/merge-page')).MergePage };
});

/** Finds the datasource, then shows the page of the path. */
export function App() {
  const { pathname } = useLocation();
  const uid = useSearchParams().get('ds');
  const store = useAsyncValue(uid ?? '', () => openStore(uid));
  if (store.error) {
    return <ErrorNotice what="The datasource" error={store.error} onRetry={store.reload} />;
  }
  if (!store.value) {
    return <WaitBar waiting what="the datasource" />;
  }
  return (
    <Suspense fallback={<WaitBar waiting what="the page" />}>
      <Page pathname={pathname} store={store.value} />
    </Suspense>
  );
}

function Page({ pathname, store }: { pathname: string; store: Awaited<ReturnType<typeof openStore>> }) {
  const route = routeOf(pathname);
  switch (route.page) {
    case 'explore':
      return <ExplorerPage store={store} />;
    case 'profile':
      return <ProfilePage key={route.id} store={store} id={route.id} />;
    case 'compare':
      return <ComparePage store={store} />;
    case 'merge':
      return <MergePage store={store} />;
    case 'trace':
      return <TracePage store={store} />;
    case 'unknown':
      return (
        <EmptyState
          variant="not-found"
          message="There is no such page."
          button={<LinkButton href={hrefOf(explorePath())}>Explore profiles</LinkButton>}
        />
      );
  }
}
