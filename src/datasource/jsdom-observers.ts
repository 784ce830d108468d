/** Test support: @grafana/scenes wants an observer at import, which jsdom lacks. Nothing is observed in tests. */
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

Object.assign(globalThis, { IntersectionObserver: NoObserver, ResizeObserver: NoObserver });
