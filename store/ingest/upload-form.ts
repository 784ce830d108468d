import { HotspanError } from '../errors';
import type { FormContext, UploadForm } from './form';
import { makeLabels } from './labels';
import type { Part } from './multipart';
import { parseLooseTimeNs } from './times';

/** Query parameters of `POST /api/v1/upload` that are not labels. */
export const ownParameters: ReadonlySet<string> = new Set(['start', 'end', 'name']);

/**
 * `POST /api/v1/upload?service=…&env=…&start=…&end=…`: files as they are, labels in the query string. `parts` are those of a
 * multipart form, or one part made of a raw body.
 */
export function readUploadForm(parts: readonly Part[], context: FormContext): UploadForm {
  const query = new URLSearchParams(context.request.query);
  const labels = [...query].filter(([key]) => !ownParameters.has(key));
  return {
    startNs: timeParameter(query, 'start'),
    endNs: timeParameter(query, 'end'),
    labels: makeLabels(labels, { family: '', defaultService: context.defaultService }, context.limits),
    runtimeInfo: [],
    endpointCounts: new Map(),
    attachments: parts.map((part) => ({ name: query.get('name') ?? (part.fileName || part.field), bytes: part.bytes })),
  };
}

function timeParameter(query: URLSearchParams, name: string): bigint {
  const text = query.get(name);
  if (text === null) {
    return 0n;
  }
  const time = parseLooseTimeNs(text);
  if (time === undefined) {
    throw new HotspanError(
      'bad_request',
      `${name}=${text.slice(0, 60)} is neither an RFC 3339 time nor a number since 1970`
    );
  }
  return time;
}
