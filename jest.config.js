// Two projects: `ui` = browser code with Grafana's scaffold settings, `node` = store, model, wire contract and the tests
// that cross rooms (tests/integration), which run the store as built by scripts/build-store.mjs.
process.env.TZ = 'UTC';
const grafana = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');

const swc = grafana.transform['^.+\\.(t|j)sx?$'];
const esmPackages = ['@clickhouse/client', 'piscina', 'fzstd', 'fflate', 'xxhash-wasm', 'zstddec'];

module.exports = {
  // A limit for what hangs, not for what is slow: two suites and their stores share the machine.
  testTimeout: 60_000,
  projects: [
    {
      ...grafana,
      displayName: 'ui',
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/src/(model|api)/'],
      transform: { '^.+\\.(t|mj|j)sx?$': swc },
      // Packages that are only ES modules: @grafana/plugin-ui needs the first, d3-flame-graph (a test's reference) the others.
      transformIgnorePatterns: [nodeModulesToTransform([...grafanaESModules, '@marcbachmann/cel-js', 'd3-[a-z-]+'])],
    },
    {
      displayName: 'node',
      testEnvironment: 'node',
      testMatch: ['<rootDir>/{store,src/model,src/api,tests/integration,tests/fuzz}/**/*.test.ts'],
      transform: { '^.+\\.(t|mj|j)s$': swc },
      transformIgnorePatterns: [`/node_modules/(?!(${esmPackages.join('|')})/)`],
      globalSetup: '<rootDir>/tests/integration/build-store.js',
    },
  ],
};
