// Two projects: `ui` = browser code with Grafana's scaffold settings, `node` = store, model, wire contract and the tests
// that cross rooms (tests/integration), which run the store as built by scripts/build-store.mjs.
process.env.TZ = 'UTC';
const grafana = require('./.config/jest.config');
const { grafanaESModules, nodeModulesToTransform } = require('./.config/jest/utils');

const swc = grafana.transform['^.+\\.(t|j)sx?$'];
const esmPackages = ['@clickhouse/client', 'piscina', 'fzstd', 'fflate', 'xxhash-wasm'];

module.exports = {
  projects: [
    {
      ...grafana,
      displayName: 'ui',
      testPathIgnorePatterns: ['/node_modules/', '<rootDir>/src/(model|api)/'],
      transform: { '^.+\\.(t|mj|j)sx?$': swc },
      // @grafana/plugin-ui needs this package, which is only an ES module.
      transformIgnorePatterns: [nodeModulesToTransform([...grafanaESModules, '@marcbachmann/cel-js'])],
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
