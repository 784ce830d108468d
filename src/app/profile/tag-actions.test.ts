import { defaultState } from '../explorer/url-state';
import { afterAction, findTags, listAround, tagsOf } from './tag-actions';

const detail = {
  service: 'shop',
  labels: { env: 'prod', 'git.sha': 'ab', service: 'shop' },
  start: 1e12,
  end: 1e12 + 60_000,
};

describe('tags of a profile', () => {
  it('are its labels by name', () => {
    expect(tagsOf(detail).map(({ key }) => key)).toEqual(['env', 'git.sha', 'service']);
    expect(tagsOf({ service: '', labels: {} })).toEqual([]);
  });

  it('are found by name and value', () => {
    const find = (text: string) => findTags(tagsOf(detail), text).map(({ key }) => key);
    expect([find('GIT'), find('prod'), find('env:pr'), find('x')]).toEqual([['git.sha'], ['env'], ['env'], []]);
  });

  const env = { key: 'env', value: 'prod' };

  it('narrow the list to their value, once', () => {
    const once = afterAction(defaultState, env, 'filter');
    expect(once.filters).toEqual([{ key: 'env', values: ['prod'], exclude: false }]);
    expect(afterAction(once, env, 'filter')).toEqual(once);
  });

  it('are excluded instead of asked for', () => {
    const without = afterAction(afterAction(defaultState, env, 'filter'), env, 'exclude');
    expect(without.filters).toEqual([{ key: 'env', values: ['prod'], exclude: true }]);
  });

  it('become a column, if they are none yet', () => {
    const sha = { key: 'git.sha', value: 'ab' };
    const once = afterAction(defaultState, sha, 'column');
    expect(once.columns).toEqual(['git.sha']);
    expect(afterAction(once, sha, 'column')).toBe(once);
    expect(afterAction(defaultState, env, 'column')).toBe(defaultState);
  });

  it('group the chart', () => {
    expect(afterAction(defaultState, env, 'group').by).toBe('env');
  });

  it('open the list around their profile', () => {
    const { from, to } = listAround(detail);
    expect([Number(from), Number(to)]).toEqual([1e12 - 900_000, 1e12 + 960_000]);
  });
});
