import { locationService } from '@grafana/runtime';
import { changeSearch, currentSearch } from './location';

const history = locationService.getHistory();
beforeEach(() => history.replace('/a/x?keep=true&a=1&a=2'));

describe('search parameters', () => {
  it('changes some, keeps the others as they were written, and adds a step to go back', () => {
    const before = history.length;
    changeSearch({ a: ['3', '4'], b: 'x&y', gone: null });
    expect([...currentSearch()]).toEqual([
      ['keep', 'true'],
      ['a', '3'],
      ['a', '4'],
      ['b', 'x&y'],
    ]);
    expect(locationService.getLocation().pathname).toBe('/a/x');
    expect(history.length).toBe(before + 1);
  });

  it('removes with null or an empty list', () => {
    changeSearch({ a: [], keep: null });
    expect(currentSearch().toString()).toBe('');
  });

  it('goes nowhere when nothing changes', () => {
    const listener = jest.fn();
    const stop = history.listen(listener);
    changeSearch({ a: ['1', '2'], other: null });
    stop();
    expect(listener).not.toHaveBeenCalled();
  });
});
