import { type Page } from '@playwright/test';

/** A flame frame as columns; labels as texts. */
export interface FrameShape {
  level?: number[];
  value?: number[];
  self?: number[];
  label?: string[];
  file?: string[];
  valueRight?: number[];
  selfRight?: number[];
  samples?: number[];
  custom?: Record<string, unknown>;
  notices?: string[];
  /** Instead of a frame. */
  error?: string;
  /** What a query with this focus (joined by /) gets. */
  parts?: Record<string, FrameShape>;
}

interface SentQuery {
  refId: string;
  queryType?: string;
  focus?: string[];
}

/** Answers the flame graph's queries with a frame; all other queries go on to the server. */
export async function answerFlame(page: Page, shape: FrameShape): Promise<{ asked: SentQuery[] }> {
  const asked: SentQuery[] = [];
  await page.unroute(/\/api\/ds\/query/);
  await page.route(/\/api\/ds\/query/, async (route) => {
    const { queries = [] } = (route.request().postDataJSON() ?? {}) as { queries?: SentQuery[] };
    const [query] = queries;
    if (query?.queryType !== 'profile') {
      return route.fallback();
    }
    asked.push(query);
    const wanted = shape.parts?.[(query.focus ?? []).join('/')] ?? shape;
    const result =
      wanted.error === undefined
        ? { status: 200, frames: [frameJson(wanted, query.refId)] }
        : { status: 500, error: wanted.error };
    await route.fulfill({
      status: wanted.error === undefined ? 200 : 500,
      json: { results: { [query.refId]: result } },
    });
  });
  return { asked };
}

function frameJson(shape: FrameShape, refId: string) {
  const { level = [], value = [], self = [], label = [], custom, notices = [] } = shape;
  const names = [...new Set(label)];
  const ids = new Map(names.map((name, id) => [name, id]));
  const numbers = (name: string, values: number[] | undefined, unit?: string) =>
    values ? [{ name, type: 'number', typeInfo: { frame: 'int64' }, config: unit ? { unit } : {}, values }] : [];
  const fields = [
    ...numbers('level', level),
    ...numbers('value', value, 'ns'),
    ...numbers('self', self, 'ns'),
    {
      name: 'label',
      type: 'enum',
      typeInfo: { frame: 'enum' },
      config: { type: { enum: { text: names } } },
      values: label.map((name) => ids.get(name) ?? 0),
    },
    ...(shape.file
      ? [{ name: 'file', type: 'string', typeInfo: { frame: 'string' }, config: {}, values: shape.file }]
      : []),
    ...numbers('samples', shape.samples),
    ...numbers('valueRight', shape.valueRight, 'ns'),
    ...numbers('selfRight', shape.selfRight, 'ns'),
  ];
  return {
    schema: {
      refId,
      name: 'response',
      meta: {
        preferredVisualisationType: 'flamegraph',
        custom: {
          profileTypeName: 'CPU Time',
          profileType: 'cpu-time',
          unit: 'ns',
          sampleCount: 400,
          profileCount: 2,
          ...custom,
        },
        notices: notices.map((text) => ({ severity: 'info', text })),
      },
      fields: fields.map(({ values: _, ...field }) => field),
    },
    data: { values: fields.map(({ values }) => values) },
  };
}

/** all 100 ms: serve 80 (decode 50 (get 20), query 30), gc 15, 5 of itself. */
export function namedFrame({ cut = false } = {}): FrameShape {
  const whole: FrameShape = {
    level: [0, 1, 2, 3, 2, 1],
    value: [100e6, 80e6, 50e6, 20e6, 30e6, 15e6],
    self: [5e6, 0, 30e6, 20e6, 30e6, 15e6],
    label: ['total', 'main.serve', 'json.decode', 'json.get', 'db.query', 'runtime.gc'],
    samples: [400, 320, 200, 80, 120, 60],
  };
  if (!cut) {
    return whole;
  }
  const without = <T>(list: T[] = []) => list.filter((_, row) => row !== 3);
  return {
    level: without(whole.level),
    value: without(whole.value),
    self: without(whole.self),
    label: without(whole.label),
    samples: without(whole.samples),
    custom: { hiddenNodes: 1, hiddenShare: 0.2 },
    parts: {
      'main.serve/json.decode': {
        level: [0, 1],
        value: [50e6, 20e6],
        self: [30e6, 20e6],
        label: ['json.decode', 'json.get'],
        samples: [200, 80],
      },
    },
  };
}

export function diffFrame(): FrameShape {
  const { level, value, self, label, samples } = namedFrame();
  return {
    level: [...(level ?? []), 1],
    value: [...(value ?? []), 0],
    self: [...(self ?? []), 0],
    label: [...(label ?? []), 'cache.fill'],
    samples: [...(samples ?? []), 0],
    valueRight: [120e6, 70e6, 60e6, 0, 10e6, 15e6, 30e6],
    selfRight: [5e6, 0, 60e6, 0, 10e6, 15e6, 30e6],
  };
}

/** A stack of names that try to be more than names, each with a small share of its own. */
export function hostileNames(): FrameShape {
  const names = [
    '<img src=x onerror=alert(1)>',
    '"><svg/onload=alert(1)>',
    'javascript:alert(1)',
    "{{constructor.constructor('alert(1)')()}}",
    '${__from} $service',
    'a\u202egnp.exe',
    'nul\u0000and\ud800half',
    '</script><script>window.hacked=1</script>',
    `long${'x'.repeat(65_536)}`,
    '',
    '__proto__',
  ];
  const level = names.map((_, i) => i + 1);
  return {
    level: [0, ...level],
    value: [1e9, ...level.map((i) => 1e9 - i * 1e6)],
    self: [1e6, ...level.map((i) => (i === names.length ? 1e9 - i * 1e6 : 1e6))],
    label: ['total', ...names],
    file: ['', ...names],
  };
}

export function deepFrame(levels: number): FrameShape {
  const level = Array.from({ length: levels }, (_, i) => i);
  return {
    level,
    value: level.map((i) => 5e9 - i),
    self: level.map((i) => (i === levels - 1 ? 5e9 - i : 1)),
    label: level.map((i) => (i === 0 ? 'total' : `recurse${i % 7}`)),
  };
}

/** A random tree of that many nodes, the same every time. */
export function largeFrame(nodes: number): FrameShape {
  let state = 1;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const level: number[] = [0];
  while (level.length < nodes) {
    const deeper = level[level.length - 1] + 1;
    level.push(random() < 0.6 && deeper < 80 ? deeper : Math.max(1, Math.ceil(deeper * random() ** 0.3)));
  }
  const self = level.map(() => Math.floor(random() ** 6 * 1e6));
  const value = self.slice();
  const open: number[] = [];
  level.forEach((at, row) => {
    open[at] = row;
    for (let above = 0; above < at; above++) {
      value[open[above]] += self[row];
    }
  });
  return {
    level,
    value,
    self,
    label: level.map((at) =>
      at === 0 ? 'total' : `pkg${Math.floor(random() * 50)}.method${Math.floor(random() * 9000)}`
    ),
  };
}
