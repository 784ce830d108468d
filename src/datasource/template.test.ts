import './jsdom-observers';
import {
  ConstantVariable,
  CustomVariable,
  EmbeddedScene,
  SceneCanvasText,
  SceneVariableSet,
  TextBoxVariable,
  sceneGraph,
} from '@grafana/scenes';
import { type HotspanQuery } from './query';
import { type Templates, expandQuery, expandSelector, variableName } from './template';

const options = (...values: string[]) => values.map((value) => ({ label: value, value }));

/** A dashboard with every kind of variable; its own interpolation is what Grafana runs. */
const scene = new EmbeddedScene({
  $variables: new SceneVariableSet({
    variables: [
      new CustomVariable({ name: 'one', value: 'shop', text: 'shop', options: options('shop', 'cart') }),
      new CustomVariable({ name: 'many', isMulti: true, value: ['shop', 'ca.rt'], text: ['shop', 'ca.rt'] }),
      new CustomVariable({ name: 'single', isMulti: true, value: ['a|b'], text: ['a|b'] }),
      new CustomVariable({ name: 'none', isMulti: true, value: [], text: [] }),
      new CustomVariable({
        name: 'all',
        isMulti: true,
        includeAll: true,
        value: ['$__all'],
        text: ['All'],
        options: options('x', 'y'),
      }),
      new CustomVariable({
        name: 'allOne',
        includeAll: true,
        value: '$__all',
        text: 'All',
        options: options('x', 'y'),
      }),
      new CustomVariable({
        name: 'allCustom',
        includeAll: true,
        allValue: '.*',
        value: '$__all',
        text: 'All',
        options: options('x'),
      }),
      new TextBoxVariable({ name: 'text', value: 'prod|stage' }),
      new TextBoxVariable({ name: 'blank', value: '' }),
      new ConstantVariable({ name: 'fixed', value: 'eu' }),
      new CustomVariable({ name: 'quote', isMulti: true, value: ['a"}, b="', 'c\\d'], text: [] }),
    ],
  }),
  body: new SceneCanvasText({ text: '' }),
});

const templates: Templates = {
  replace: (text, scopedVars, format) => sceneGraph.interpolate(scene, text ?? '', scopedVars, format as string),
};

const selector = (text: string) => expandSelector(text, templates, {});
const expand = (query: Partial<HotspanQuery>) => expandQuery({ refId: 'A', ...query }, templates, {});

describe('label selectors', () => {
  it.each([
    ['{service="shop"}', '{service="shop"}'],
    ['', ''],
    ['{service="$one"}', '{service="shop"}'],
    ['{service=~"$one"}', '{service=~"shop"}'],
    ['{service=~"$many"}', '{service=~"(shop|ca\\\\.rt)"}'],
    ['{service="$many"}', '{service=~"(shop|ca\\\\.rt)"}'],
    ['{service!="${many}"}', '{service!~"(shop|ca\\\\.rt)"}'],
    ['{service="[[many]]"}', '{service=~"(shop|ca\\\\.rt)"}'],
    ['{service=~"${many:regex}"}', '{service=~"(shop|ca\\\\.rt)"}'],
    ['{service="$single"}', '{service="a|b"}'],
    ['{service=~"$single"}', '{service=~"a\\\\|b"}'],
    ['{service=~"$all", env="prod"}', '{env="prod"}'],
    ['{service="$allOne"}', ''],
    ['{service=~"$allCustom"}', ''],
    ['{service=~"$none", env="prod"}', '{env="prod"}'],
    ['{env="$blank"}', ''],
    ['{env=~"$text"}', '{env=~"prod|stage"}'],
    ['{region="$fixed"}', '{region="eu"}'],
    ['{host=~"$one-.*"}', '{host=~"shop-.*"}'],
    ['{host=~"($many)-[0-9]+"}', '{host=~"((shop|ca\\\\.rt))-[0-9]+"}'],
    ['{host=~"a-$all"}', '{host=~"a-.*"}'],
    ['{service="$quote"}', '{service=~"(a\\"\\\\}, b=\\"|c\\\\\\\\d)"}'],
    ['{service=~"$missing"}', '{service=~"$missing"}'],
    ['{service=~"${missing:regex}"}', '{service=~"${missing:regex}"}'],
    ['{class="Foo$Bar"}', '{class="Foo$Bar"}'],
    ['{broken', '{broken'],
  ])('%s → %s', (given, expanded) => {
    expect(selector(given)).toBe(expanded);
  });
});

describe('picked methods', () => {
  const filter = (values: string[], match: 'any' | 'regex' = 'any') =>
    expand({ stackFilter: [{ dimension: 'method', match, values }] }).stackFilter?.[0].values;

  it.each<[string[], string[] | undefined]>([
    [['$many'], ['shop', 'ca.rt']],
    [['$one'], ['shop']],
    [['$all'], undefined],
    [['$allOne'], undefined],
    [['$allCustom'], undefined],
    [['$none'], undefined],
    [['$blank'], undefined],
    [
      ['main', '$many'],
      ['main', 'shop', 'ca.rt'],
    ],
    [['main', '$none'], ['main']],
    [['$missing'], ['$missing']],
    [
      ['Foo$one.run', '$anonfun$1', '$$Lambda$14'],
      ['Foo$one.run', '$anonfun$1', '$$Lambda$14'],
    ],
    [['${one}.run'], ['shop.run']],
    [[], undefined],
  ])('%j → %j', (values, expanded) => {
    expect(filter(values)).toEqual(expanded);
  });

  it('takes picked names literally in expressions, and typed ones as expressions', () => {
    expect(filter(['$many'], 'regex')).toEqual(['shop', 'ca\\.rt']);
    expect(filter(['$text'], 'regex')).toEqual(['prod|stage']);
  });

  it('keeps the other filters when one falls away', () => {
    const { stackFilter } = expand({
      stackFilter: [
        { dimension: 'method', match: 'any', values: ['$all'] },
        { dimension: 'thread', match: 'any', values: ['$one'], exclude: true },
      ],
    });
    expect(stackFilter).toEqual([{ dimension: 'thread', match: 'any', values: ['shop'], exclude: true }]);
  });
});

describe('other fields', () => {
  it.each<[Partial<HotspanQuery>, Partial<HotspanQuery>]>([
    [{ spanId: ['$one', ''] }, { spanId: ['shop'] }],
    [{ spanId: ['$blank'] }, {}],
    [{ spanSelector: ['undefined'] }, { spanSelector: ['undefined'] }],
    [{ spanId: ['${__span.spanId}'] }, { spanId: ['${__span.spanId}'] }],
    [{ profileId: '$allOne' }, {}],
    [{ profileId: '$one' }, { profileId: 'shop' }],
    [
      { profileType: '$fixed', rows: ['$many'] },
      { profileType: 'eu', rows: ['shop', 'ca.rt'] },
    ],
    [{ groupBy: ['$one', 'env'], names: ['$none'] }, { groupBy: ['shop', 'env'] }],
    [{ labelSelector: '{service_name="$one"}' }, { labelSelector: '{service="shop"}' }],
    [{ compare: { from: 1, selector: '{a="$one"}' } }, { compare: { from: 1, selector: '{a="shop"}' } }],
    [{ filter: 'service:$many AND env:$all' }, { filter: 'service:("shop" OR "ca.rt") AND (env:* OR -env:*)' }],
    [{ filter: '-service:$one' }, { filter: '-service:("shop")' }],
    [{ filter: 'service:$missing' }, { filter: 'service:$missing' }],
  ])('%j → %j', (given, expanded) => {
    const { compare, ...rest } = expand(given);
    expect(JSON.parse(JSON.stringify({ ...rest, compare }))).toEqual({ refId: 'A', ...expanded });
  });

  it('names a variable only when nothing else is there', () => {
    expect(['$a', ' ${a:regex} ', '[[a]]', '$a$b', 'x$a', '${a.b}'].map(variableName)).toEqual([
      'a',
      'a',
      'a',
      undefined,
      undefined,
      'a',
    ]);
  });
});

describe('a dimension', () => {
  const expand = (query: object) => expandQuery({ refId: 'A', ...query } as HotspanQuery, withDimension, {});
  const withDimension: Templates = {
    replace: (text = '', scopedVars, format) =>
      text === '$by' ? 'library' : text === '$wrong' ? 'colour' : templates.replace(text, scopedVars, format),
  };

  it('may be a variable, in filters too', () => {
    const filter = { dimension: '$by', match: 'any', values: ['json'] };
    expect(expand({ dimension: '$by', stackFilter: [filter] })).toMatchObject({
      dimension: 'library',
      stackFilter: [{ dimension: 'library', match: 'any', values: ['json'] }],
    });
  });

  it('that a variable does not name is left to the default, and filters nothing', () => {
    const filter = { dimension: '$wrong', match: 'any', values: ['json'] };
    expect(expand({ dimension: '$wrong', stackFilter: [filter] })).toEqual({ refId: 'A' });
  });
});
