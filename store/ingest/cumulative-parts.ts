import { createHash } from 'node:crypto';
import type { Profile } from '../../src/model/profile';
import { deltaProfile, isCumulative, withoutCumulative } from './cumulative';
import type { FormContext } from './form';
import { instanceOf } from './labels';
import { readPart, type ReadPart } from './read-part';
import type { Understood } from './understand';
import type { Attachment, Upload } from './upload';

/** A file that counts from the start of its process; its next one has the same key. */
export interface CumulativeFile {
  readonly key: string;
  readonly tenant: string;
  readonly service: string;
  readonly instance: string;
  readonly name: string;
  /** When the window it belongs to began, or the file was taken: ns since 1970. */
  readonly takenNs: bigint;
}

/** Labels that differ between the uploads of one process. */
const changingLabels = new Set(['profile_seq', 'snapshot']);

/**
 * Reduces files that are marked as cumulative to what happened since the earlier file. Without an earlier one, or after a restart, what
 * they count is left out: it may be the sum of days.
 */
export function takeDifferences(
  parts: readonly ReadPart[],
  upload: Upload,
  context: FormContext & { readonly previousFiles?: ReadonlyMap<string, Profile> }
): { readonly parts: readonly ReadPart[]; readonly files: readonly CumulativeFile[] } {
  const files: CumulativeFile[] = [];
  const reduced = parts.map((part) => {
    const { attachment, profile } = part;
    if (profile === undefined || !countsFromStart(attachment, profile)) {
      return part;
    }
    const file = cumulativeFile(attachment, profile, upload, context);
    files.push(file);
    const previous = context.previousFiles?.get(file.key);
    return { ...part, profile: (previous && deltaProfile(profile, previous)) ?? withoutCumulative(profile) };
  });
  return files.length === 0 ? { parts, files } : { parts: reduced, files };
}

/** The cumulative files of a request that was stored before, by key: those of `wanted`. */
export function cumulativeProfiles(
  understood: Understood,
  context: FormContext,
  wanted: ReadonlySet<string>
): Array<readonly [key: string, profile: Profile]> {
  const uploads = understood.kind === 'uploads' ? understood.uploads : [];
  return uploads.flatMap((upload) =>
    upload.attachments.flatMap((attachment) => {
      const profile = attachment.hints?.isCumulative ? readPart(attachment, undefined).profile : undefined;
      if (profile === undefined || !countsFromStart(attachment, profile)) {
        return [];
      }
      const { key } = cumulativeFile(attachment, profile, upload, context);
      return wanted.has(key) ? [[key, profile] as const] : [];
    })
  );
}

function countsFromStart({ hints }: Attachment, profile: Profile): boolean {
  return hints?.isCumulative === true && isCumulative(profile);
}

function cumulativeFile(
  { name }: Attachment,
  profile: Profile,
  upload: Upload,
  { request }: FormContext
): CumulativeFile {
  const { tenant, labels, receivedMs } = upload;
  const instance = instanceOf(labels, request.peer);
  const service = labels.get('service') ?? '';
  // A sender's address may stand for many processes (a scraper's targets): their labels tell them apart.
  const told = instance === request.peer ? [...labels].filter(([key]) => !changingLabels.has(key)).sort() : [];
  const key = createHash('sha256')
    .update(JSON.stringify([tenant, service, instance, name, told]))
    .digest('hex')
    .slice(0, 32);
  const takenNs = upload.startNs || profile.startNs || BigInt(receivedMs) * 1_000_000n;
  return { key, tenant, service, instance, name, takenNs };
}
