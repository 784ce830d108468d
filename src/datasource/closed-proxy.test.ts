import plugin from './plugin.json';

/**
 * Grafana gives every Viewer a proxy to the datasource's URL, with the stored token. A route of plugin.json with a role
 * closes the paths that begin with its text; Grafana 12.3 does not take the empty text for "all", 12.4 does. So every
 * character that a path of the store can begin with has a route; `%` is one, as the store reads encoded paths.
 */
describe('routes of the datasource proxy', () => {
  const closed = new Set(plugin.routes.filter(({ reqRole }) => reqRole === 'Admin').map(({ path }) => path));

  it.each([
    ['/api/v1/query'],
    ['/API/v1/query'],
    ['/profiling/v1/input'],
    ['/token/secret/api/v1/profiles'],
    ['/v0.4/traces'],
    ['/%61pi/v1/profiles'],
    ['/metrics'],
  ])('close %s', (path) => expect(closed).toContain(path[1]));

  it('close every letter and digit, the root and what a newer Grafana calls all', () => {
    const letters = Array.from({ length: 26 }, (_, i) => String.fromCharCode(97 + i));
    const wanted = ['', '%', ...letters, ...letters.map((text) => text.toUpperCase()), ...'0123456789'];
    expect([...closed].sort()).toEqual(wanted.sort());
  });
});
