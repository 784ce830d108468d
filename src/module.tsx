import { AppPlugin } from '@grafana/data';
import React, { Suspense, lazy } from 'react';
import { hotspotsLink, spanLink, traceLink } from './app/trace-links';

const App = lazy(() => import('./app/app').then((module) => ({ default: module.App })));

function Root() {
  return (
    <Suspense fallback={null}>
      <App />
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(Root).addLink(spanLink).addLink(traceLink).addLink(hotspotsLink);
