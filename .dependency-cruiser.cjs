// The import directions of ARCHITECTURE.md as rules: [room, its files, what it may import]. Everything else is refused.
const room = {
  model: '^src/model/',
  api: '^src/api/',
  ui: '^src/ui/',
  datasource: '^src/datasource/',
  panels: '^src/panels/',
  app: '^src/(app/|module\\.tsx$)',
  readers: '^store/readers/',
  engines: '^store/engines/',
  ingest: '^store/ingest/',
  query: '^store/query/',
};
const storeRoot = '^store/(errors|auth|log)\\.ts$';
const npm = '^(node_modules/|node:|[a-z0-9_]+(/promises|/consumers)?$)';
const grafana = '^node_modules/';

/** Engines are seen through these files only; which engine runs is decided in store/main. */
const engineInterface = '^store/engines/(engine|rows|row-binary|table-rows)\\.ts$';

const may = {
  model: [room.model],
  api: [room.api, room.model],
  ui: [room.ui, room.model, room.api, grafana],
  datasource: [room.datasource, room.ui, room.model, room.api, grafana],
  app: [room.app, room.ui, room.model, room.api, '^src/datasource/(query|types)\\.ts$', '^src/plugin\\.json$', grafana],
  readers: [room.readers, room.model],
  engines: [room.engines, room.model, room.api, storeRoot, npm],
  ingest: [room.ingest, room.readers, room.model, room.api, engineInterface, storeRoot, npm],
  query: [room.query, room.model, room.api, engineInterface, storeRoot, npm],
};

const directions = Object.entries(may).map(([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `ARCHITECTURE.md says what ${name} may import`,
  severity: 'error',
  from: { path: room[name], pathNot: '\\.(test|contract)\\.tsx?$' },
  to: { pathNot: allowed },
}));

const panel = {
  name: 'panel-imports',
  comment: 'a panel imports itself, ui, model and api; never another panel, the datasource or the app',
  severity: 'error',
  from: { path: '^src/panels/([^/]+)/', pathNot: '\\.test\\.tsx?$' },
  to: { pathNot: ['^src/panels/$1/', room.ui, room.model, room.api, grafana] },
};

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'no-orphan-rooms',
      severity: 'error',
      comment: 'such names say nothing',
      from: {},
      to: { path: '(^|/)(utils?|helpers?|common|shared|misc)(/|\\.tsx?$)', pathNot: '^node_modules' },
    },
    { name: 'browser-not-store', severity: 'error', from: { path: '^src/' }, to: { path: '^store/' } },
    {
      name: 'store-not-browser',
      severity: 'error',
      from: { path: '^store/' },
      to: { path: '^src/(app|ui|panels|datasource)/' },
    },
    {
      name: 'chdb-only-in-its-child',
      severity: 'error',
      from: { pathNot: '^store/engines/chdb-child' },
      to: { path: '^(node_modules/)?chdb' },
    },
    ...directions,
    panel,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|dist|coverage|tests/fixtures)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.store.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default'],
    },
  },
};
