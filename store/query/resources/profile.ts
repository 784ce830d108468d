import { strToU8, zip, type AsyncZippable } from 'fflate';
import type { ProfileDetail } from '../../../src/api/resources';
import { compareProfileTypes, profileTypeOf } from '../../../src/model/profile-types';
import { HotspanError } from '../../errors';
import type { QueryContext } from '../context';
import { isProfileId } from '../prepare';
import { readProfile, type RawPlace, type StoredProfile } from '../profile-detail';
import type { ReadTimedSamples } from '../sample-times';
import { neighbourStatement, profileDetailStatement } from '../sql/profile-detail';

/** One profile by its id; another tenant's is not found. */
export async function findProfile(context: QueryContext, id: string): Promise<StoredProfile> {
  const profile = isProfileId(id) ? await readProfile(context, profileDetailStatement(context.tenant, id)) : undefined;
  if (profile === undefined) {
    throw new HotspanError('not_found', `there is no profile ${id.slice(0, 100)}`);
  }
  return profile;
}

export async function answerProfileDetail(context: QueryContext, id: string): Promise<ProfileDetail> {
  const profile = await findProfile(context, id);
  const [previousId, nextId] = await Promise.all([
    neighbour(context, profile, 'previous'),
    neighbour(context, profile, 'next'),
  ]);
  const types = [...profile.types].sort((a, b) => compareProfileTypes(a.id, b.id));
  return {
    id: profile.id,
    tenant: context.tenant,
    service: profile.service,
    start: Math.floor(profile.startUs / 1000),
    end: Math.ceil(profile.endUs / 1000),
    received: profile.receivedMs,
    status: profile.status,
    reason: profile.reason,
    format: profile.format,
    sizeBytes: profile.sizeBytes,
    sampleCount: profile.sampleCount,
    labels: Object.fromEntries(profile.labels),
    profileTypes: types.map((type) => {
      const { name, unit } = profileTypeOf(type.id);
      return { id: type.id, name, unit, total: type.total, samples: type.samples };
    }),
    endpointCounts: Object.fromEntries(profile.endpointCounts),
    previousId,
    nextId,
    attachments: profile.attachments.map(({ name, sizeBytes }) => ({ name, sizeBytes })),
  };
}

async function neighbour(
  context: QueryContext,
  profile: StoredProfile,
  side: 'previous' | 'next'
): Promise<string | null> {
  const statement = neighbourStatement(context.tenant, profile, side);
  const columns = await context.engine.select(statement, { signal: context.signal });
  return columns.strings('uuid')[0] ?? null;
}

/**
 * The files of all requests that the profile came in. A request may carry files of other profiles too: those that are called as
 * none of this one are left out. What is past its retention is left out while something remains.
 */
export async function rawFiles(profile: StoredProfile, raw: RawUploadReader): Promise<Part[]> {
  const read = await Promise.allSettled(profile.raw.map(async (place) => (await raw.read(place)).attachments()));
  const files = read.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  const failed = read.find((result) => result.status === 'rejected');
  if (failed !== undefined && (files.length === 0 || !isGone(failed.reason))) {
    throw failed.reason;
  }
  const names = new Set(profile.attachments.map(({ name }) => name));
  const own = files.filter(({ name }) => names.has(name));
  return own.length > 0 ? own : files;
}

function isGone(error: unknown): boolean {
  return error instanceof HotspanError && error.code === 'no_raw';
}

/** `store/ingest/raw-uploads.ts` is one. */
export interface RawUploadReader {
  read(place: RawPlace): Promise<{ attachments(): Promise<readonly Part[]>; timedSamples: ReadTimedSamples }>;
}

export interface Download {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface Part {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The profile's files: one as it is, the named one, or all in a zip. */
export async function downloadOf(
  id: string,
  parts: readonly Part[],
  attachment: string | undefined
): Promise<Download> {
  const chosen = attachment === undefined ? parts : parts.filter(({ name }) => name === attachment);
  if (chosen.length === 0) {
    throw new HotspanError('not_found', `the profile has no file "${(attachment ?? '').slice(0, 100)}"`);
  }
  return chosen.length === 1
    ? { name: fileName(chosen[0].name), type: 'application/octet-stream', bytes: chosen[0].bytes }
    : { name: `${id}.zip`, type: 'application/zip', bytes: await zipped(chosen) };
}

function zipped(parts: readonly Part[]): Promise<Uint8Array> {
  const files: AsyncZippable = Object.create(null);
  parts.forEach(({ name, bytes }, at) => {
    const free = fileName(name);
    files[free in files ? `${at}-${free}` : free] = bytes.length === 0 ? strToU8('') : bytes;
  });
  return new Promise((resolve, reject) =>
    zip(files, { level: 1 }, (error, data) => (error === null ? resolve(data) : reject(error)))
  );
}

/** A plain file name of letters every system and header takes: no folders, quotes, control characters. */
function fileName(name: string): string {
  const last = name.split(/[/\\]/).pop() ?? '';
  const plain = last
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .replace(/^\.+/, '_')
    .slice(-100);
  return plain === '' ? 'profile' : plain;
}
