import type { FrameJson } from '../../../src/api/query';
import type { Columns } from '../../engines/engine';
import { scopeOf } from '../choose-uploads';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, texts, times } from '../frames/frame';
import { warning, type Notice } from '../notices';
import { restrictionsOf } from '../prepare';
import { questionText } from '../question-text';
import { limits, type ParsedQuery } from '../request';
import { processLivesStatement } from '../sql/annotations';

interface Life {
  readonly service: string;
  readonly host: string;
  readonly version: string;
  readonly instance: string;
  readonly firstMs: number;
  readonly lastMs: number;
}

interface Event {
  readonly timeMs: number;
  readonly title: string;
  readonly text: string;
  readonly tags: string;
}

/** What came before a range is looked at this far back: is a version or process new, or was it there already? */
const lookBackMs = 7 * 24 * 3600_000;
/** A process that stopped at most this long before another began on the same host was restarted. */
const restartGapMs = 10 * 60_000;
const maxEvents = 1000;

/** `queryType: annotations`: first uploads of new versions, and restarts. */
export async function answerAnnotations(
  context: QueryContext,
  query: ParsedQuery,
  time: QueryTime
): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const notices: Notice[] = [...restrictions.notices];
  const window = { kind: 'overlaps', fromMs: time.fromMs - lookBackMs, toMs: time.toMs } as const;
  const scope = { ...scopeOf(context.tenant, restrictions, window), readableOnly: false };
  const columns = await context.engine.select(processLivesStatement(scope), {
    signal: context.signal,
    maxRows: limits.rows,
  });
  const lives = livesOf(columns);
  const events = [...newVersions(lives), ...restarts(lives)]
    .filter(({ timeMs }) => timeMs >= time.fromMs && timeMs < time.toMs)
    .sort((a, b) => a.timeMs - b.timeMs);
  if (events.length > maxEvents) {
    notices.push(warning(`Only the last ${maxEvents} of ${events.length} events are given.`));
  }
  const shown = events.slice(-maxEvents);
  const fields = [
    times(
      'time',
      shown.map(({ timeMs }) => timeMs)
    ),
    texts(
      'title',
      shown.map(({ title }) => title)
    ),
    texts(
      'text',
      shown.map(({ text }) => text)
    ),
    texts(
      'tags',
      shown.map(({ tags }) => tags)
    ),
  ];
  return [
    buildFrame('annotations', fields, {
      executedQueryString: questionText(query, 'new versions and restarts', time.fromMs, time.toMs),
      notices,
    }),
  ];
}

function livesOf(columns: Columns): Life[] {
  const text = (name: string) => columns.strings(name);
  const [service, host, version, instance] = ['service_name', 'host_name', 'version_name', 'instance'].map(text);
  const first = columns.numbers('first_ms');
  const last = columns.numbers('last_ms');
  return service.map((_, at) => ({
    service: service[at],
    host: host[at],
    version: version[at],
    instance: instance[at],
    firstMs: first[at],
    lastMs: last[at],
  }));
}

/** A version is new where the service ran another one before. `lives` are in order of their begin. */
function newVersions(lives: readonly Life[]): Event[] {
  const seen = new Map<string, Set<string>>();
  return lives.flatMap(({ service, version, firstMs }) => {
    const known = seen.get(service) ?? new Set<string>();
    const isNew = version !== '' && !known.has(version);
    const event = {
      timeMs: firstMs,
      title: `${service} ${version}`,
      text: `First profile of version ${version}`,
      tags: 'version',
    };
    const events = isNew && known.size > 0 ? [event] : [];
    seen.set(service, version === '' ? known : known.add(version));
    return events;
  });
}

function restarts(lives: readonly Life[]): Event[] {
  const byPlace = new Map<string, Life[]>();
  for (const life of joinedVersions(lives)) {
    const place = JSON.stringify([life.service, life.host]);
    byPlace.set(place, [...(byPlace.get(place) ?? []), life]);
  }
  return [...byPlace.values()].flatMap((there) =>
    there
      .filter((life) => isRestart(life, there))
      .map(({ service, host, firstMs }) => ({
        timeMs: firstMs,
        title: `${service} restarted`,
        text: host === '' ? 'A new process sent its first profile' : `A new process on ${host} sent its first profile`,
        tags: 'restart',
      }))
  );
}

/** One life per process, whatever versions it said. */
function joinedVersions(lives: readonly Life[]): Life[] {
  const joined = new Map<string, Life>();
  for (const life of lives.filter(({ instance }) => instance !== '')) {
    const key = JSON.stringify([life.service, life.host, life.instance]);
    const known = joined.get(key);
    joined.set(key, known === undefined ? life : { ...known, lastMs: Math.max(known.lastMs, life.lastMs) });
  }
  return [...joined.values()];
}

/** Another process of the place ended shortly before, and did not go on beside this one. */
function isRestart(life: Life, there: readonly Life[]): boolean {
  const slackMs = 1000;
  return there.some(
    (other) => other !== life && other.lastMs <= life.firstMs + slackMs && other.lastMs >= life.firstMs - restartGapMs
  );
}
