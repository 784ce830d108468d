import { type PanelData } from '@grafana/data';
import { config, locationService, setDataSourceSrv } from '@grafana/runtime';
import { datasourceId } from '../api/frames';
import { alertTarget, mayCreateAlerts, openAlertEditor } from './alert-link';
import { unpackFromRuleForm } from './rule-form-query';

const target = {
  refId: 'A',
  queryType: 'profile',
  datasource: { type: datasourceId, uid: 'hotspan' },
  profileType: 'cpu-time',
  selector: '{service=~"${service:regex}"}',
  maxNodes: 100,
};
const panelData = (targets: unknown[]) => ({ request: { targets, scopedVars: {} } }) as unknown as PanelData;

it('finds the query behind the frame if it is ours', () => {
  const other = { refId: 'B', datasource: { type: 'grafana-pyroscope-datasource', uid: 'p' } };
  expect(alertTarget(panelData([target, other]), 'A')).toBe(target);
  expect(alertTarget(panelData([target, other]), 'B')).toBeUndefined();
  expect(alertTarget(panelData([target]), undefined)).toBe(target);
  expect(alertTarget({} as PanelData, 'A')).toBeUndefined();
});

it('is offered to those who may make rules', () => {
  config.unifiedAlertingEnabled = true;
  config.bootData = { user: { permissions: {} } } as never;
  expect(mayCreateAlerts()).toBe(false);
  config.bootData = { user: { permissions: { 'alert.rules:create': true } } } as never;
  expect(mayCreateAlerts()).toBe(true);
});

it('opens the editor with a rule on the share of the method, for what the panel selects now', async () => {
  locationService.push('/d/x?var-service=shop');
  const filled = { ...target, selector: '{service=~"shop"}' };
  setDataSourceSrv({ get: async () => ({ uid: 'hotspan', interpolateVariablesInQueries: () => [filled] }) } as never);
  const row = { dimension: 'method', name: 'a.b<c>', measure: 'totalShare', share: 0.3 } as const;
  await openAlertEditor(target as never, panelData([target]), row);
  const { pathname } = locationService.getLocation();
  const search = locationService.getSearch();
  expect([pathname, search.get('returnTo')]).toEqual(['/alerting/new', '/d/x?var-service=shop']);
  const { type, condition, queries } = JSON.parse(search.get('defaults') ?? '');
  expect([type, condition, queries.length]).toEqual(['grafana', 'C', 3]);
  expect(queries[0]).toMatchObject({
    refId: 'A',
    datasourceUid: 'hotspan',
    relativeTimeRange: { from: 300, to: 0 },
    model: {
      queryType: 'dimension',
      selector: '{service=~"shop"}',
      profileType: 'cpu-time',
      dimension: 'method',
      measure: 'totalShare',
      rows: ['a.b<c>'],
      format: 'alert',
    },
  });
  expect(queries[0].model.maxNodes).toBeUndefined();
  expect(queries[1].model).toMatchObject({ type: 'math', expression: '$A * 100' });
  expect(queries[2].model.conditions[0].evaluator).toEqual({ type: 'gt', params: [45] });
  // Grafana 12.3 leaves of the model only this.
  const { refId, queryType, datasource, expression, ...own } = queries[0].model;
  const left = { refId, queryType, datasource, expression, instant: true, range: false, selector: '' };
  expect(unpackFromRuleForm(left)).toEqual({ refId, queryType, datasource, ...own });
  expect(unpackFromRuleForm(queries[0].model)).toEqual({ refId, queryType, datasource, ...own });
});

it.each(['', 'up{job="x"}', '[1]', 'null', '7'])('leaves a query alone with the expression %j', (expression) => {
  expect(unpackFromRuleForm({ refId: 'A', queryType: 'metrics', ...{ expression } })).toBeUndefined();
});
