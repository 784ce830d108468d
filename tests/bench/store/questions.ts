import http from 'node:http';
import type { FrameJson, QueryResponse, StoreQuery } from '../../../src/api/query';
import type { FolderContent } from '../generator/fill-folder';
import { serviceName } from '../generator/fill-engine';
import { quantile, rounded } from './meter';

const minuteMs = 60_000;

/** A row of DESIGN §9 or of growth: one or several queries that are sent together. */
export interface Question {
  readonly name: string;
  readonly queries: ReadonlyArray<Partial<StoreQuery>>;
  readonly minutes: number;
  /** p95, milliseconds. */
  readonly goalMs?: number;
  /** Every run asks for another of these: the engine remembers where a span that was asked for before has no rows. */
  readonly otherSpans?: readonly string[];
}

export interface QuestionRow {
  readonly question: string;
  /** The first answer after a start of the store. */
  readonly coldMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly goalMs?: number;
  readonly short: boolean;
  readonly answerKb: number;
  /** Why there is no figure. */
  readonly note?: string;
}

const cpu = { profileType: 'cpu-time' };
const facetNames = ['service', 'env', 'version', 'host', 'language', 'runtime'];

/** What has to be known before asking: names that are in the data. */
export interface Known {
  readonly profileId: string;
  readonly spanId: string;
  /** A span of an upload that is still there as it came. */
  readonly timedSpanId: string;
  /** Spans of uploads all over the day. */
  readonly otherSpans: readonly string[];
  readonly method: string;
}

export function questionsOf({ dayService, services, hosts }: FolderContent, known: Known): Question[] {
  const day = { ...cpu, selector: `{service="${dayService}"}` };
  const small = { ...cpu, selector: `{service="${serviceName(0)}"}` };
  const someHosts = { ...day, selector: `{service="${dayService}", env="staging"}` };
  const thread = [{ dimension: 'thread' as const, match: 'any' as const, values: ['worker-1'] }];
  const alert = { ...day, queryType: 'dimension' as const, format: 'alert' as const, measure: 'selfShare' as const };
  const merge = { ...day, queryType: 'profile' as const };
  const hotspots = { queryType: 'hotspots' as const, selector: day.selector, order: 'value' as const };
  const { otherSpans } = known;
  const week = 7 * 1440;
  return [
    { name: 'flame graph, 1 service, 1 h', queries: [merge], minutes: 60, goalMs: 400 },
    { name: 'flame graph, 1 service, 24 h', queries: [merge], minutes: 1440, goalMs: 600 },
    { name: 'flame graph, 24 h, a tag', queries: [{ ...merge, ...someHosts }], minutes: 1440, goalMs: 1200 },
    { name: 'flame graph, 24 h, a thread', queries: [{ ...merge, stackFilter: thread }], minutes: 1440, goalMs: 1200 },
    { name: 'flame graph, 1 service, 7 d', queries: [{ ...merge, ...small }], minutes: week, goalMs: 1000 },
    { name: 'one profile', queries: [{ ...merge, profileId: known.profileId }], minutes: 1440, goalMs: 150 },
    { name: 'one span', queries: [{ ...merge, spanId: [known.spanId] }], minutes: 60, goalMs: 150 },
    { name: 'one span, 24 h, each asked for once', queries: [merge], minutes: 1440, goalMs: 150, otherSpans },
    // What panels show first; then they ask for the average too.
    {
      name: 'hotspots of a span, 24 h',
      queries: [{ ...hotspots, spanId: [known.spanId], average: false }],
      minutes: 1440,
      goalMs: 150,
    },
    {
      name: 'hotspots of a span, 24 h, each asked for once',
      queries: [{ ...hotspots, average: false }],
      minutes: 1440,
      goalMs: 150,
      otherSpans,
    },
    {
      name: 'hotspots of a span and its average, 24 h, each asked for once',
      queries: [hotspots],
      minutes: 1440,
      otherSpans,
    },
    {
      name: 'hotspots of a span in call order, 24 h, 1 raw upload read',
      queries: [{ queryType: 'hotspots', selector: day.selector, spanId: [known.timedSpanId], order: 'time' }],
      minutes: 1440,
      goalMs: 1000,
    },
    {
      name: 'method series, 24 h',
      queries: [{ ...day, queryType: 'metrics', dimension: 'method', rows: [known.method] }],
      minutes: 1440,
      goalMs: 500,
    },
    { name: 'alert on a method, 5 min', queries: [{ ...alert, rows: [known.method] }], minutes: 5, goalMs: 100 },
    {
      name: 'explorer: list, histogram, 6 facets, 7 d',
      queries: [
        { queryType: 'profiles' },
        { queryType: 'histogram', by: 'service' },
        { queryType: 'facets', names: facetNames },
      ],
      minutes: week,
      goalMs: 400,
    },
    {
      name: 'methods, 1 service, 24 h',
      queries: [{ ...day, queryType: 'dimension', dimension: 'method' }],
      minutes: 1440,
    },
    { name: 'requests, 1 service, 1 h', queries: [{ ...day, queryType: 'requests', limit: 50 }], minutes: 60 },
    ...growth(services, hosts),
    ...[1, 6, 24].map((hours) => ({ name: `grows: big service, ${hours} h`, queries: [merge], minutes: hours * 60 })),
  ];
}

/** The same question over more time and more services. */
function growth(services: number, hosts: number): Question[] {
  const merge = (count: number): Partial<StoreQuery> => ({
    ...cpu,
    queryType: 'profile',
    // Names of a hundred services would be longer than a pattern may be.
    selector: `{service=~"service-(${Array.from({ length: count }, (_, at) => serviceName(at).slice('service-'.length)).join('|')})"}`,
  });
  const counts = [...new Set([1, 10, 100].map((count) => Math.min(count, services)))];
  return [1, 6, 24, 168].flatMap((hours) =>
    counts.map((count) => ({
      name: `grows: ${count} small services of ${hosts} hosts, ${hours} h`,
      queries: [merge(count)],
      minutes: hours * 60,
    }))
  );
}

/** Names that are in the data of the last hour. */
export async function findKnown(base: string, content: FolderContent): Promise<Omit<Known, 'timedSpanId'>> {
  const selector = `{service="${content.dayService}"}`;
  const frame = async (query: Partial<StoreQuery>, minutes = 60, endMs = content.endMs): Promise<FrameJson> => {
    const { answer } = await ask(base, [{ selector, ...cpu, ...query }], minutes, endMs);
    const { frames } = answer.results.A0;
    return frames[0];
  };
  const firstOf = ({ schema, data }: FrameJson, pattern: RegExp) => {
    const at = schema.fields.findIndex(({ name }) => pattern.test(name));
    return String(data.values[at]?.[0] ?? '');
  };
  const otherSpans: string[] = [];
  for (let hour = 0; hour * 60 < content.dayMinutes - 30; hour++) {
    const requests = await frame({ queryType: 'requests', limit: 2 }, 2, content.endMs - (hour * 60 + 20) * minuteMs);
    const at = requests.schema.fields.findIndex(({ name }) => /^span/i.test(name));
    otherSpans.push(...requests.data.values[at].map(String));
  }
  return {
    otherSpans,
    profileId: firstOf(await frame({ queryType: 'profiles', limit: 1 }), /^id$/i),
    spanId: firstOf(await frame({ queryType: 'requests', limit: 1 }), /^span/i),
    method: firstOf(await frame({ queryType: 'dimension', dimension: 'method', limit: 1 }), /^(method|name)$/i),
  };
}

const readAheadMs = 10_000;
const agent = new http.Agent({ keepAlive: true });

/** Queries are called A0, A1, … */
async function ask(
  base: string,
  queries: ReadonlyArray<Partial<StoreQuery>>,
  minutes: number,
  endMs: number
): Promise<{ readonly ms: number; readonly bytes: number; readonly answer: QueryResponse }> {
  const body = JSON.stringify({
    from: endMs - minutes * minuteMs,
    to: endMs,
    intervalMs: Math.max(minuteMs, (minutes * minuteMs) / 300),
    maxDataPoints: 1000,
    queries: queries.map((query, index) => ({ ...query, refId: `A${index}` })),
  });
  const started = performance.now();
  const text = await new Promise<string>((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = http.request(new URL('/api/v1/query', base), { method: 'POST', agent, headers }, (response) => {
      let received = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (received += chunk));
      response.on('end', () => resolve(received));
    });
    request.on('error', reject);
    request.end(body);
  });
  const ms = performance.now() - started;
  const answer: QueryResponse = JSON.parse(text);
  for (const [refId, { error }] of Object.entries(answer.results ?? {})) {
    if (error) {
      throw new Error(`${refId}: ${error.message}`);
    }
  }
  return { ms, bytes: text.length, answer };
}

/** As it is asked after a start of the store. */
export function askFirst(base: string, question: Question, endMs: number): ReturnType<typeof ask> {
  return ask(base, queriesOf(question, -1), question.minutes, endMs);
}

function queriesOf({ queries, otherSpans = [] }: Pick<Question, 'queries' | 'otherSpans'>, run: number) {
  return otherSpans.length === 0
    ? queries
    : queries.map((query) => ({ ...query, spanId: [otherSpans.at(run % otherSpans.length) ?? ''] }));
}

/** A question that is refused, for its memory say, is a row with the reason. */
export async function measureWarm(
  base: string,
  question: Question,
  endMs: number,
  runs: number
): Promise<Omit<QuestionRow, 'coldMs'>> {
  try {
    return await askAgain(base, question, endMs, runs);
  } catch (error) {
    const { name, goalMs } = question;
    const note = error instanceof Error ? error.message : String(error);
    return { question: name, p50Ms: NaN, p95Ms: NaN, goalMs, short: goalMs !== undefined, answerKb: 0, note };
  }
}

async function askAgain(
  base: string,
  { name, queries, minutes, goalMs, otherSpans = [] }: Question,
  endMs: number,
  runs: number
): Promise<Omit<QuestionRow, 'coldMs'>> {
  const times: number[] = [];
  let answerBytes = 0;
  const asked = (run: number) => queriesOf({ queries, otherSpans }, run);
  await ask(base, asked(runs), minutes, endMs);
  if (otherSpans.length > 0) {
    // Who looks at spans pauses between them; the store then reads the day's stacks ahead.
    await new Promise((resolve) => setTimeout(resolve, readAheadMs));
  }
  for (let run = 0; run < runs; run++) {
    const { ms, bytes } = await ask(base, asked(run), minutes, endMs);
    times.push(ms);
    answerBytes = bytes;
  }
  const p95Ms = quantile(times, 0.95);
  return {
    question: name,
    p50Ms: rounded(quantile(times, 0.5)),
    p95Ms: rounded(p95Ms),
    goalMs,
    short: goalMs !== undefined && p95Ms > goalMs,
    answerKb: Math.round(answerBytes / 1024),
  };
}
