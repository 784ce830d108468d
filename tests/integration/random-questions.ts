import type { StackFilter, StoreQuery } from '../../src/api/query';
import type { PlainTime } from './plain-answers';
import {
  customers,
  endpoints,
  hosts,
  intBelow,
  methods,
  oneOf,
  services,
  spans,
  threads,
  versions,
  type Random,
} from './random-uploads';

export interface Question {
  readonly time: PlainTime & { readonly intervalMs?: number };
  readonly query: Partial<StoreQuery>;
}

const hourMs = 3600_000;
const types = ['cpu-time', 'heap-live-size', 'allocations'];
const dimensions = [
  ...(['method', 'class', 'library', 'file', 'directory'] as const),
  ...(['allocatedClass', 'thread', 'endpoint', 'span', 'sampleLabel', 'sampleLabel'] as const),
];

/** Profile type × selector × stack filter × dimension × span × range, over uploads of [firstMs, lastMs). */
export function randomQuestion(random: Random, firstMs: number, lastMs: number): Question {
  const kind = random();
  const time = randomTime(random, firstMs, lastMs);
  const common = { selector: randomSelector(random), stackFilter: randomFilters(random) };
  if (kind < 0.15) {
    return { time: { ...time, intervalMs: 7_200_000 }, query: { ...common, ...seriesFields(random) } };
  }
  const profileType = oneOf(random, types);
  const asked = { ...common, profileType, ...randomSpans(random) };
  return kind < 0.4
    ? { time, query: { ...asked, queryType: 'profile', maxNodes: 50_000 } }
    : { time, query: { ...asked, queryType: 'dimension', dimension: oneOf(random, dimensions), limit: 100_000 } };
}

/** Whole uploads are longer than an hour at times, so steps are two hours. */
function seriesFields(random: Random): Partial<StoreQuery> {
  const rows = { dimension: 'method', rows: [oneOf(random, methods), oneOf(random, methods)] } as const;
  return {
    queryType: 'metrics',
    profileType: oneOf(random, ['cpu-time', 'allocations']),
    measure: 'total',
    ...(random() < 0.7 ? { ...rows, rows: [...new Set(rows.rows)] } : {}),
  };
}

/** Most are long enough for the rollup, many of whole hours. */
function randomTime(random: Random, firstMs: number, lastMs: number): PlainTime {
  const unit = random() < 0.4 ? hourMs : random() < 0.5 ? 60_000 : 1;
  const at = () => Math.floor((firstMs - hourMs + random() * (lastMs - firstMs + 2 * hourMs)) / unit) * unit;
  const [one, other] = [at(), at()];
  const from = Math.min(one, other);
  return { from, to: Math.max(one, other, from + unit) };
}

function randomSelector(random: Random): string | undefined {
  const matchers = [
    ...(random() < 0.6
      ? [oneOf(random, [`service="${oneOf(random, services)}"`, 'service=~"shop|pay"', 'service!="mail"'])]
      : []),
    ...(random() < 0.3
      ? [oneOf(random, [`version="${versions[intBelow(random, 2)]}"`, 'version!="1.0"', 'version=~"1.*"'])]
      : []),
    ...(random() < 0.2 ? [oneOf(random, [`host="${oneOf(random, hosts)}"`, 'team="red"', 'env!="dev"'])] : []),
  ];
  return matchers.length === 0 ? undefined : `{${matchers.join(', ')}}`;
}

function randomFilters(random: Random): StackFilter[] | undefined {
  if (random() < 0.5) {
    return undefined;
  }
  return Array.from({ length: 1 + intBelow(random, 2) }, () => randomFilter(random));
}

function randomFilter(random: Random): StackFilter {
  const exclude = random() < 0.3 ? { exclude: true } : {};
  const chosen = random();
  if (chosen < 0.15) {
    return { dimension: 'thread', match: 'any', values: [oneOf(random, threads) || '(no thread)'], ...exclude };
  }
  if (chosen < 0.3) {
    return { dimension: 'endpoint', match: 'any', values: [oneOf(random, endpoints) || '(no endpoint)'], ...exclude };
  }
  if (chosen < 0.4) {
    return { ...randomLabelFilter(random), ...exclude };
  }
  if (chosen < 0.5) {
    return { dimension: 'method', match: 'regex', values: [oneOf(random, ['^l', 'a', 'n$', 'ar|en'])], ...exclude };
  }
  const dimension = oneOf(random, ['method', 'method', 'library'] as const);
  const names = dimension === 'method' ? methods : ['libapp', 'libc'];
  const values = Array.from({ length: 1 + intBelow(random, 2) }, () => oneOf(random, names));
  return { dimension, match: oneOf(random, ['any', 'leaf', 'prefix'] as const), values, ...exclude };
}

function randomLabelFilter(random: Random): StackFilter {
  const match = oneOf(random, ['any', 'any', 'regex'] as const);
  const one = oneOf(random, customers);
  const values =
    match === 'regex'
      ? [`^customer=.*${one[1]}$`]
      : [oneOf(random, [`customer=${one}`, 'plan=a b=1', '(no sample label)'])];
  return { dimension: 'sampleLabel', match, values };
}

function randomSpans(random: Random): Partial<StoreQuery> {
  const ids = Array.from({ length: 1 + intBelow(random, 3) }, () => spans[1 + intBelow(random, spans.length - 1)]);
  const chosen = random();
  return chosen < 0.15 ? { spanId: ids, spanScope: 'span' } : chosen < 0.25 ? { rootSpanId: ids } : {};
}
