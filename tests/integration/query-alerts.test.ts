import type { FrameJson, QueryResult } from '../../src/api/query';
import { openQueryStore, rowsOf, type QueryStore } from './query-store';
import { removeDataDirs } from './start-store';

const minute = 60_000;
const day = 24 * 60 * minute;
const noon = Date.UTC(2026, 10, 24, 12);
/** The five minutes that a rule looks at. */
const now = { from: noon - 5 * minute, to: noon };

let store: QueryStore;

/** `hot` of `all` samples lie in the method `hash`. */
function profileOf(hot: number, all: number): string {
  const lines = [
    ...Array.from({ length: hot }, (_, at) => `10 0 | main; hash | thread=h${at}`),
    ...Array.from({ length: all - hot }, (_, at) => `10 0 | main; idle | thread=i${at}`),
  ];
  return `types: cpu-time/nanoseconds, heap-space/bytes\n${lines.join('\n')}`;
}

const put = (service: string, startMs: number, profile: string, version = '') =>
  store.put({
    startMs,
    endMs: startMs + minute,
    labels: { service, host: 'a', ...(version && { version }) },
    instance: `${service} ${version}`,
    profile,
  });

beforeAll(async () => {
  store = await openQueryStore();
  const recent = noon - 3 * minute;
  // 20 % of 400 samples a week ago, 60 % now.
  await put('slower', recent - 7 * day, profileOf(80, 400));
  await put('slower', recent, profileOf(240, 400));
  // 20 % and 22 %: within the noise of 400 samples.
  await put('same', recent - 7 * day, profileOf(80, 400));
  await put('same', recent, profileOf(88, 400));
  // A large change of few samples.
  await put('rare', recent - 7 * day, profileOf(1, 20));
  await put('rare', recent, profileOf(15, 20));
  // Version 2 since an hour, version 1 until then, version 0 long ago.
  await put('deployed', noon - 6 * day, profileOf(300, 400), '0');
  await put('deployed', noon - 70 * minute, profileOf(40, 400), '1');
  await put('deployed', recent, profileOf(200, 400), '2');
  await put('first', recent, profileOf(200, 400), '1');
  // Live heap rises by 6000 bytes a minute.
  for (let at = 0; at < 6; at++) {
    const heap = `types: heap-space/bytes\n${1000 + at * 6000} | main; keep`;
    await put('leaky', noon - (6 - at) * minute, heap);
  }
  await put('gone', noon - 30 * minute, profileOf(1, 1));
}, 120_000);

afterAll(async () => {
  await store.close();
  removeDataDirs();
});

function only({ frames, error }: QueryResult): FrameJson {
  expect(error).toBeUndefined();
  expect(frames).toHaveLength(1);
  expect(frames[0].schema.meta).toMatchObject({ type: 'numeric-long', typeVersion: [0, 1] });
  expect(frames[0].schema.fields.filter(({ type }) => type === 'number')).toHaveLength(1);
  return frames[0];
}

const changeOf = (service: string, compare: object, more: object = {}) =>
  store.query(now, {
    queryType: 'dimension',
    format: 'alert',
    profileType: 'cpu-time',
    selector: `{service="${service}"}`,
    measure: 'selfShare',
    groupBy: ['service'],
    rows: ['hash'],
    compare,
    ...more,
  });

const notices = (frame: FrameJson) => (frame.schema.meta?.notices ?? []).map(({ text }) => text);

describe('changes', () => {
  it('are told against the same time a week ago', async () => {
    const [row] = rowsOf(only(await changeOf('slower', { ago: '7d' })));
    expect(row).toMatchObject({ method: 'hash', service: 'slower' });
    expect(row.value).toBeCloseTo(0.4, 12);
  });

  it('are 0 while sampling alone may give them', async () => {
    expect(rowsOf(only(await changeOf('same', { ago: '7d' })))).toEqual([
      { method: 'hash', service: 'same', value: 0 },
    ]);
  });

  it('are 0 with too few samples, and say so', async () => {
    const frame = only(await changeOf('rare', { ago: '7d' }));
    expect(rowsOf(frame)).toEqual([{ method: 'hash', service: 'rare', value: 0 }]);
    expect(notices(frame)).toContain('Too few samples of rare to tell a change: 20 now, 20 before.');
    const [row] = rowsOf(only(await changeOf('rare', { ago: '7d' }, { minSamples: 10 })));
    expect(row.value).toBeCloseTo(0.7, 12);
  });

  it('are 0 where nothing was before', async () => {
    const frame = only(await changeOf('slower', { ago: '3d' }));
    expect(rowsOf(frame)).toEqual([{ method: 'hash', service: 'slower', value: 0 }]);
    expect(notices(frame)).toContain('Too few samples of slower to tell a change: 400 now, 0 before.');
  });

  it('of a version are told against the one before it, wherever its last uploads are', async () => {
    const frame = only(await changeOf('deployed', { version: 'previous' }));
    const [row] = rowsOf(frame);
    expect(row).toMatchObject({ method: 'hash', service: 'deployed' });
    expect(row.value).toBeCloseTo(0.4, 12);
    expect(notices(frame)).toContain('deployed: 2 against 1.');
  });

  it('of a first version are 0', async () => {
    const frame = only(await changeOf('first', { version: 'previous' }));
    expect(rowsOf(frame)).toEqual([{ method: 'hash', service: 'first', value: 0 }]);
    expect(notices(frame)).toContain('first ran no other version in the last 7 days.');
  });

  it('of a service without uploads are there as 0', async () => {
    for (const compare of [{ version: 'previous' }, { ago: '7d' }]) {
      expect(rowsOf(only(await changeOf('nobody', compare)))).toEqual([
        { method: 'hash', service: 'nobody', value: 0 },
      ]);
    }
  });

  it('without names are those of the largest rows', async () => {
    const rows = rowsOf(only(await changeOf('slower', { ago: '7d' }, { rows: undefined, topN: 2 })));
    expect(rows.map(({ method }) => method)).toEqual(['hash', 'idle']);
    expect(rows[1].value).toBeCloseTo(-0.4, 12);
  });

  it('are 0 where nothing was before, however few samples are enough', async () => {
    const frame = only(await changeOf('slower', { ago: '3d' }, { minSamples: 0 }));
    expect(rowsOf(frame)).toEqual([{ method: 'hash', service: 'slower', value: 0 }]);
  });

  it.each([
    ['a value', { ago: '7d' }, { measure: 'self' }, 'changes are told of shares only'],
    ['nothing to compare with', {}, {}, 'in an alert write ago (such as 7d) or version: previous'],
    ['no time', { ago: 'yesterday' }, {}, 'compare.ago: write a number and s, m, h, d or w, such as 7d'],
    ['another group', { version: 'previous' }, { groupBy: ['host'] }, 'versions are compared by service only'],
  ])('of %s are refused', async (_, compare, more, message) => {
    const { error } = await changeOf('slower', compare, more);
    expect(error).toMatchObject({ code: 'bad_query', message: expect.stringContaining(message) as string });
  });
});

describe('one number of a range', () => {
  const hour = { from: noon - 60 * minute, to: noon, intervalMs: minute };

  it('is the slope of a series, per second', async () => {
    const frame = only(
      await store.query(hour, {
        queryType: 'metrics',
        profileType: 'heap-live-size',
        selector: '{service="leaky"}',
        measure: 'slope',
        groupBy: ['service'],
      })
    );
    expect(rowsOf(frame)).toEqual([{ service: 'leaky', value: expect.closeTo(100, 9) as number }]);
    expect(frame.schema.fields.at(-1)?.config).toEqual({ unit: 'binBps' });
  });

  it('is no row where too few steps are covered', async () => {
    const query = { profileType: 'cpu-time', selector: '{service="gone"}', measure: 'slope', groupBy: ['service'] };
    const frame = only(await store.query(hour, { queryType: 'metrics', ...query } as never));
    expect(rowsOf(frame)).toEqual([]);
    expect(notices(frame)).toContain('A slope needs 3 steps with uploads: 1 series left out.');
  });

  it('is the age of the newest upload', async () => {
    const ages = await store.query(hour, { queryType: 'metrics', measure: 'age', groupBy: ['service'] });
    const byService = new Map(rowsOf(only(ages)).map(({ service, value }) => [service, value]));
    expect(byService.get('gone')).toBe(29 * 60);
    expect(byService.get('leaky')).toBe(0);
  });

  it('is at least the length of the range where no upload is', async () => {
    const query = { queryType: 'metrics', measure: 'age', groupBy: ['service'], selector: '{service="nobody"}' };
    expect(rowsOf(only(await store.query(hour, query as never)))).toEqual([{ service: 'nobody', value: 3600 }]);
  });

  it('is the bound of the range, for links', async () => {
    for (const measure of ['from', 'to'] as const) {
      const frame = only(await store.query(now, { queryType: 'metrics', measure }));
      expect(rowsOf(frame)).toEqual([{ value: now[measure] }]);
    }
  });

  it('is refused for rows', async () => {
    const { error } = await store.query(now, { queryType: 'dimension', format: 'alert', measure: 'age' });
    expect(error?.message).toContain('age needs the queryType metrics');
  });
});

describe('rows of an alert', () => {
  const slower = { profileType: 'cpu-time', selector: '{service="slower"}', format: 'alert' } as const;

  it('have names and labels once, as Grafana refuses two rows with the same labels', async () => {
    const more = { rows: ['hash', 'hash'], groupBy: ['service', 'service_name'] };
    const frame = only(await store.query(now, { ...slower, queryType: 'dimension', ...more }));
    expect(rowsOf(frame)).toEqual([{ method: 'hash', service: 'slower', value: 2400 }]);
    expect(frame.schema.fields.map(({ name }) => name)).toEqual(['method', 'service', 'value']);
  });

  it.each(['dimension', 'metrics'] as const)('of %s keep their name from a label of that name', async (queryType) => {
    const answer = await store.query(now, { ...slower, queryType, dimension: 'method', groupBy: ['method'] });
    expect(answer.error).toMatchObject({ code: 'bad_query', message: 'groupBy: method is what the rows are already' });
  });

  it.each(['requests', 'profiles', 'runtime', 'annotations'])('are not those of %s', async (queryType) => {
    const queries = [{ refId: 'A', queryType, selector: slower.selector }];
    const { body } = await store.ask({ ...now, queries }, { FromAlert: 'true' });
    const { A } = (body as { results: Record<string, QueryResult> }).results;
    expect(A.error?.message).toMatch(`queryType: ${queryType} has no number to alert on`);
  });
});
