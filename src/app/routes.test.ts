import { explorePath, profilePath, routeOf } from './routes';

describe('pages of the app', () => {
  it.each([
    ['/a/hotspan-profiling-app', { page: 'explore' }],
    ['/a/hotspan-profiling-app/', { page: 'explore' }],
    ['/a/hotspan-profiling-app/explore', { page: 'explore' }],
    ['/grafana/a/hotspan-profiling-app/explore', { page: 'explore' }],
    ['/a/hotspan-profiling-app/profile/a%2Fb', { page: 'profile', id: 'a/b' }],
    ['/a/hotspan-profiling-app/profile', { page: 'unknown' }],
    ['/a/hotspan-profiling-app/trace', { page: 'trace' }],
    ['/a/hotspan-profiling-app/compare', { page: 'compare' }],
    ['/a/hotspan-profiling-app/merge', { page: 'merge' }],
    ['/a/hotspan-profiling-app/nowhere', { page: 'unknown' }],
  ])('%s', (path, route) => {
    expect(routeOf(path)).toEqual(route);
  });

  it('writes paths that it reads', () => {
    const path = profilePath('1/2?', { type: 'cpu-time', ds: undefined, span: ['a', 'b'] });
    expect(path).toBe('/a/hotspan-profiling-app/profile/1%2F2%3F?type=cpu-time&span=a&span=b');
    expect(routeOf(path.split('?')[0])).toEqual({ page: 'profile', id: '1/2?' });
    expect(explorePath()).toBe('/a/hotspan-profiling-app/explore');
  });
});
