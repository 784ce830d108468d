import { HotspanError } from '../../errors';
import type { FormContext, UploadForm } from '../form';
import { makeLabels } from '../labels';
import { maxProfiles } from '../upload-request';
import { labelValue, sortLabels } from './client-labels';
import { decodePush } from './push';

/** Profiles of Go that count from the start of the process when they are fetched without a duration. */
const cumulativeNames = new Set(['memory', 'heap', 'allocs', 'mutex', 'block']);

/** `POST /push.v1.PusherService/Push`: every profile of every series is an upload of its own; `__name__` names its file. */
export function readPushForms(body: Uint8Array<ArrayBuffer>, context: FormContext): UploadForm[] {
  const { request, limits, defaultService } = context;
  const series = decodePush(body, request.contentType);
  const count = series.reduce((sum, { profiles }) => sum + profiles.length, 0);
  if (count === 0) {
    throw new HotspanError('no_attachment', 'the request has no profile');
  }
  if (count > maxProfiles('push')) {
    throw new HotspanError('too_large', `${count} profiles in one request, at most ${maxProfiles('push')} are taken`);
  }
  return series.flatMap(({ labels: all, profiles }) => {
    const { labels, info } = sortLabels(all);
    const name = labelValue(all, '__name__') || 'profile';
    const spy = labelValue(all, 'pyroscope_spy');
    const form = {
      startNs: 0n,
      endNs: 0n,
      labels: makeLabels(labels, { family: spy, defaultService }, limits),
      runtimeInfo: info,
      endpointCounts: new Map<string, number>(),
    };
    // Senders that took the difference themselves say so.
    const isCumulative = cumulativeNames.has(name) && labelValue(all, '__delta__') !== 'false';
    return profiles.map((bytes) => ({
      ...form,
      attachments: [
        { name: `${name.slice(0, 100)}.pprof`, bytes, ...(isCumulative ? { hints: { isCumulative } } : {}) },
      ],
    }));
  });
}
