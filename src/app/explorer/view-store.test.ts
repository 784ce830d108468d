import { defaultState, readState } from './url-state';
import { loadViews, readViews, storeViews, viewSearch, withView, withoutView } from './view-store';

describe('saved views', () => {
  it('come back as they were stored', async () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: async (key: string) => kept.get(key) ?? null,
      setItem: async (key: string, value: string) => void kept.set(key, value),
    };
    expect(await loadViews(storage)).toEqual([]);
    const views = [{ name: 'a', search: 'q=x' }];
    await storeViews(storage, views);
    expect(await loadViews(storage)).toEqual(views);
  });

  it.each(['{', '{"a":1}', 'null'])('are none where %s is stored', (text) => {
    expect(readViews(text)).toEqual([]);
  });

  it('leave out what is no view', () => {
    expect(readViews('[1, null, {"name":"a"}, {"name":"b","search":"q=1"}]')).toEqual([{ name: 'b', search: 'q=1' }]);
  });

  it('have one name each, in order', () => {
    const views = withView([{ name: 'b', search: '1' }], { name: 'a', search: '2' });
    expect(views.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(withView(views, { name: 'b', search: '3' })).toEqual([
      { name: 'a', search: '2' },
      { name: 'b', search: '3' },
    ]);
    expect(withoutView(views, 'a')).toEqual([{ name: 'b', search: '1' }]);
  });

  it('hold the search, the columns, the chart and the range, not the open or ticked profiles', () => {
    const address =
      'from=now-3h&to=now&q=a+OR+b&f=env%7C%3D%7Cprod&col=zone&by=host&sort=-size&pick=1&profile=2&tab=tags&var-method=m';
    const read = readState(new URLSearchParams(viewSearch(new URLSearchParams(address))));
    expect(read).toEqual({
      ...defaultState,
      from: 'now-3h',
      text: 'a OR b',
      filters: [{ key: 'env', values: ['prod'], exclude: false }],
      columns: ['zone'],
      by: 'host',
      sort: { by: 'size', descending: true },
      open: undefined,
    });
  });

  it('hold the service that a link from a trace or alert rule carries', () => {
    const { filters } = readState(new URLSearchParams(viewSearch(new URLSearchParams('service=shop'))));
    expect(filters).toEqual([{ key: 'service', values: ['shop'], exclude: false }]);
  });
});
