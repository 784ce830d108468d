/** Test support: @grafana/scenes and the option lists of @grafana/ui want observers, which jsdom lacks. Nothing is observed in tests. */
class NoObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

Object.assign(globalThis, { IntersectionObserver: NoObserver, ResizeObserver: NoObserver });
