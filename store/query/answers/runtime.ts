import { runtimeFields } from '../../../src/api/frames';
import type { FrameJson } from '../../../src/api/query';
import { HotspanError } from '../../errors';
import type { QueryContext, QueryTime } from '../context';
import { buildFrame, texts } from '../frames/frame';
import { listScope, selectProfiles } from '../list-scope';
import { needsAllParts } from '../merged-scope';
import { info, type Notice } from '../notices';
import { isFilled, isProfileId, restrictionsOf } from '../prepare';
import { profileOf, readProfile, type StoredProfile } from '../profile-detail';
import { questionText } from '../question-text';
import type { ParsedQuery } from '../request';
import { newestProfileStatement, newestRowStatement, profileDetailStatement } from '../sql/profile-detail';
import type { UploadScope } from '../sql/upload-scope';

type Entry = readonly [group: string, key: string, value: string];

/** `queryType: runtime`: labels and runtime information of one upload, beside those of another with `compareId`. */
export async function answerRuntime(context: QueryContext, query: ParsedQuery, time: QueryTime): Promise<FrameJson[]> {
  const restrictions = restrictionsOf(query);
  const notices: Notice[] = [...restrictions.notices];
  const id = restrictions.profileIds?.[0];
  const shown =
    id === undefined
      ? await newestProfile(context, listScope(context, restrictions, time))
      : await readProfile(context, profileDetailStatement(context.tenant, id));
  if (shown === undefined && id !== undefined) {
    throw new HotspanError('not_found', `profileId: there is no profile ${id}`);
  }
  if (shown !== undefined && id === undefined) {
    notices.push(info(`This is the newest upload of the selection, ${shown.id}.`));
  }
  const { compareId } = query;
  const compared = compareId !== undefined && isFilled('the other profile', compareId, notices);
  const other = compared ? await readOther(context, compareId) : undefined;
  const columns = other === undefined ? tableOf(entriesOf(shown)) : comparedTable(entriesOf(shown), entriesOf(other));
  return [
    buildFrame('runtime', columns, {
      preferredVisualisationType: 'table',
      executedQueryString: questionText(query, 'runtime information', time.fromMs, time.toMs),
      notices,
      custom: { profileId: shown?.id ?? null, compareId: other?.id ?? null },
    }),
  ];
}

/** Clients of these send a profile in one request, so it has one part. */
const intakesOfWholeProfiles = new Set(['datadog', 'upload', 'scrape']);

/** Read as if it had one part, and again if there may be more. */
async function newestProfile(context: QueryContext, scope: UploadScope): Promise<StoredProfile | undefined> {
  const read = await context.engine.select(newestRowStatement(scope), { signal: context.signal });
  const first = profileOf(read);
  const sure = first === undefined ? !needsAllParts(scope) : intakesOfWholeProfiles.has(first.intake);
  return sure ? first : profileOf(await selectProfiles(context, scope, newestProfileStatement));
}

async function readOther(context: QueryContext, id: string): Promise<StoredProfile> {
  if (!isProfileId(id)) {
    throw new HotspanError('bad_query', `compareId: "${id}" is no profile id`);
  }
  const other = await readProfile(context, profileDetailStatement(context.tenant, id));
  if (other === undefined) {
    throw new HotspanError('not_found', `compareId: there is no profile ${id}`);
  }
  return other;
}

function entriesOf(profile: StoredProfile | undefined): Entry[] {
  if (profile === undefined) {
    return [];
  }
  const labels = [...profile.labels].map(([key, value]): Entry => ['Labels', key, value]);
  return [...labels, ...profile.runtimeInfo, ...uploadFacts(profile)];
}

function uploadFacts(profile: StoredProfile): Entry[] {
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['profile id', profile.id],
    ['start', new Date(profile.startUs / 1000).toISOString()],
    ['end', new Date(profile.endUs / 1000).toISOString()],
    ['received', new Date(profile.receivedMs).toISOString()],
    ['format', profile.format],
    ['taken in by', profile.intake],
    ['size in bytes', String(profile.sizeBytes)],
    ['samples', String(profile.sampleCount)],
    ['files', profile.attachments.map(({ name }) => name).join(', ')],
    ['status', profile.status],
    ['reason', profile.reason],
  ];
  return facts.filter(([, value]) => value !== '').map(([key, value]): Entry => ['Upload', key, value]);
}

function tableOf(entries: readonly Entry[]) {
  const { group, key, value } = runtimeFields;
  return [group, key, value].map((name, at) =>
    texts(
      name,
      entries.map((entry) => entry[at])
    )
  );
}

/** Every key of either side; what one side lacks is ''. */
function comparedTable(left: readonly Entry[], right: readonly Entry[]) {
  const rows = new Map<string, { group: string; key: string; value: string; other: string }>();
  const keyed = (entries: readonly Entry[], side: 'value' | 'other') =>
    entries.forEach(([group, key, value]) => {
      const place = JSON.stringify([group, key]);
      rows.set(place, { ...(rows.get(place) ?? { group, key, value: '', other: '' }), [side]: value });
    });
  keyed(left, 'value');
  keyed(right, 'other');
  const table = [...rows.values()];
  return Object.values(runtimeFields).map((name) =>
    texts(
      name,
      table.map((row) => row[name])
    )
  );
}
