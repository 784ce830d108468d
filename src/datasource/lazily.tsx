import React, { type ComponentType, Suspense, lazy } from 'react';

/** A component whose code is fetched when it is first shown: dashboards load the datasource, but seldom its editors. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  // React types a lazy component as one that also takes a ref; ours are plain.
  const Loaded = lazy(() => load().then((component) => ({ default: component }))) as unknown as ComponentType<Props>;
  return function Lazily(props: Props) {
    return (
      <Suspense fallback={null}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
