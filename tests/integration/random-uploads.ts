import type { TestUpload } from './query-store';

/** Small seeded uploads that have everything a question can be about, with their samples as plain objects. */
export interface PlainFrame {
  readonly method: string;
  readonly class: string;
  readonly library: string;
  readonly file: string;
  readonly detail: boolean;
}

export interface PlainSample {
  /** From the root to the leaf. */
  readonly stack: readonly PlainFrame[];
  /** Equal for equal stacks. */
  readonly stackText: string;
  readonly thread: string;
  readonly endpoint: string;
  readonly span: string;
  readonly root: string;
  /** `key=value` each. */
  readonly labels: readonly string[];
  /** By profile type. */
  readonly values: Readonly<Record<string, number>>;
}

export interface PlainUpload {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly types: readonly string[];
  readonly samples: readonly PlainSample[];
  readonly retentionDays: number;
}

/** Profile types by what a client calls them. */
const valueTypes: Readonly<Record<string, string>> = {
  'cpu-time': 'cpu-time/nanoseconds',
  'heap-live-size': 'heap-space/bytes',
  allocations: 'alloc-objects/count',
};

export type Random = () => number;

export function intBelow(random: Random, end: number): number {
  return Math.floor(random() * end);
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[intBelow(random, items.length)];
}

export const services = ['shop', 'pay', 'mail'];
export const versions = ['1.0', '1.1', ''];
export const hosts = ['web-1', 'web-2', 'db-1'];
export const threads = ['main', 'worker-1', 'worker-2', ''];
export const endpoints = ['/cart', '/pay', ''];
export const spans = ['', ...Array.from({ length: 12 }, (_, at) => `f${at.toString(16)}a`)];
export const customers = ['c0', 'c1', 'c2'];
export const methods = ['main', 'run', 'load', 'save', 'parse', 'encode', 'send', 'wait', 'lock', 'copy'];

const frames: readonly PlainFrame[] = methods.map((method, at) => ({
  method,
  class: at % 3 === 0 ? '' : `Class${at % 4}`,
  library: at % 2 === 0 ? 'libapp' : 'libc',
  file: `src/part${at % 3}/${method}.ts`,
  detail: false,
}));
const details = ['byte[]', 'String'].map((method) => ({ method, class: '', library: '', file: '', detail: true }));

function randomStack(random: Random): PlainFrame[] {
  if (random() < 0.05) {
    return [];
  }
  const stack = Array.from({ length: 1 + intBelow(random, 5) }, () => oneOf(random, frames));
  return random() < 0.15 ? [...stack, oneOf(random, details)] : stack;
}

function randomSample(random: Random, types: readonly string[]): PlainSample {
  const span = oneOf(random, spans);
  const stack = randomStack(random);
  const sample = {
    stack,
    stackText: stack.map(({ method, detail }) => `${method} ${detail}`).join(';'),
    thread: oneOf(random, threads),
    endpoint: oneOf(random, endpoints),
    span,
    root: span === '' || random() < 0.3 ? '' : spans[1 + intBelow(random, 3)],
    values: Object.fromEntries(types.map((type) => [type, random() < 0.2 ? 0 : 1 + intBelow(random, 1e6)])),
  };
  return { ...sample, labels: labelsOf(sample) };
}

/** None, one, or two of one key. Takes nothing from `random`, so that uploads of stored data folders stay as they were. */
function labelsOf({ values, stack }: Pick<PlainSample, 'values' | 'stack'>): string[] {
  const number = Object.values(values).reduce((sum, value) => sum + value, stack.length);
  const customer = `customer=${customers[number % 3]}`;
  return [[], [customer], [customer, `customer=c${number % 2}`, 'plan=a b=1']][number % 5] ?? [];
}

let made = 0;

/** An upload that starts in [fromMs, toMs), mostly one minute long, some longer than an hour. */
export function randomUpload(random: Random, fromMs: number, toMs: number): PlainUpload {
  const startMs = fromMs + intBelow(random, toMs - fromMs);
  const lengthMs = random() < 0.03 ? 4_000_000 : 1 + intBelow(random, 90_000);
  const types = Object.keys(valueTypes).filter(() => random() < 0.8);
  const kept = types.length === 0 ? ['cpu-time'] : types;
  return {
    id: `00000000-0000-4000-8000-${String(++made).padStart(12, '0')}`,
    startMs,
    endMs: startMs + lengthMs,
    labels: {
      service: oneOf(random, services),
      version: oneOf(random, versions),
      host: oneOf(random, hosts),
      env: random() < 0.5 ? 'prod' : 'dev',
      team: random() < 0.5 ? 'red' : 'blue',
    },
    types: kept,
    samples: Array.from({ length: 4 + intBelow(random, 20) }, () => randomSample(random, kept)),
    retentionDays: random() < 0.2 ? 1 : 7,
  };
}

/** The upload as a store takes it. */
export function storable(upload: PlainUpload): TestUpload {
  const { id, startMs, endMs, labels, types, samples, retentionDays } = upload;
  const lines = samples.map((sample) => drawn(sample, types));
  const profile = [`types: ${types.map((type) => valueTypes[type]).join(', ')}`, ...lines].join('\n');
  return { id, startMs, endMs, labels, retentionDays, profile };
}

function drawn({ stack, thread, endpoint, span, root, labels, values }: PlainSample, types: readonly string[]): string {
  const context = [
    ['thread', thread],
    ['endpoint', endpoint],
    ['span', span],
    ['root', root],
    ['labels', labels.length === 0 ? '' : JSON.stringify(labels.join('\n'))],
  ].filter(([, text]) => text !== '');
  const path = stack.length === 0 ? '(no stack)' : stack.map(drawnFrame).join('; ');
  return [
    types.map((type) => values[type]).join(' '),
    path,
    context.map(([name, text]) => `${name}=${text}`).join(' '),
  ].join(' | ');
}

function drawnFrame({ method, class: name, library, file, detail }: PlainFrame): string {
  return detail
    ? `"${method}" [kind=detail:class]`
    : `${method} [${name === '' ? '' : `class=${name} `}lib=${library} file=${file}:1]`;
}
