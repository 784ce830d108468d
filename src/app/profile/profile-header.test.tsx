import { config } from '@grafana/runtime';
import { type ProfileDetail } from '../../api/resources';
import { exportHref } from './profile-header';

const detail = { id: '00000000-0000-4000-8000-000000000001', start: 1000, end: 1000 } as ProfileDetail;

it('asks the datasource for the shown type of one upload, which may have no length', () => {
  config.appSubUrl = '/grafana';
  const url = new URL(exportHref('a/b', detail, 'cpu-time', 'folded'), 'http://grafana');
  expect(url.pathname).toBe('/grafana/api/datasources/uid/a%2Fb/resources/export');
  expect(Object.fromEntries(url.searchParams)).toEqual({
    from: '1000',
    to: '1001',
    profileId: detail.id,
    profileType: 'cpu-time',
    format: 'folded',
  });
});
