import { HotspanError } from '../../errors';
import { readOtlp, type OtlpUpload } from '../../readers/otlp/reader';
import { defaultReaderLimits, ReaderError, type ReaderLimits } from '../../../src/model/profile';
import type { FormContext } from '../form';
import { makeLabels } from '../labels';
import { maxProfiles } from '../upload-request';

/** Profiles of one process in an OTLP request. */
export interface OtlpPart {
  readonly upload: OtlpUpload;
  readonly labels: ReadonlyMap<string, string>;
}

/** Long texts, and where secrets are found: runtime information, which is masked, not labels. */
const infoOnly = /^process\.(command|command_line|command_args|environment_variable\..*)$/;

/** A request is one message; what is not taken of it is counted. */
export interface OtlpRequest {
  readonly parts: readonly OtlpPart[];
  readonly rejected: number;
  readonly reason: string;
}

/** Resource attributes become labels. Parameters of the URL are labels for senders that have no attributes. */
export function readOtlpRequest(body: Uint8Array<ArrayBuffer>, context: FormContext): OtlpRequest {
  const uploads = isEmptyMessage(body)
    ? []
    : decode(body, { ...defaultReaderLimits, sampleTimes: context.sampleTimes });
  if (uploads.length > maxProfiles('otlp')) {
    throw new HotspanError(
      'too_large',
      `profiles of ${uploads.length} processes in one request, at most ${maxProfiles('otlp')} are taken`
    );
  }
  const parts: OtlpPart[] = [];
  const reasons: string[] = [];
  let rejected = 0;
  for (const upload of uploads) {
    try {
      parts.push({ upload, labels: labelsOf(upload, context) });
    } catch (error) {
      if (!(error instanceof HotspanError)) {
        throw error;
      }
      // Every value type of a group is one profile of the message.
      rejected += upload.profile.valueTypes.length;
      reasons.push(error.message);
    }
  }
  if (parts.length === 0 && rejected > 0) {
    throw new HotspanError('too_large', reasons[0]);
  }
  return { parts, rejected, reason: reasons[0] ?? '' };
}

/** Nothing at all, or an empty dictionary: a message whose sender had nothing to send. As a file it would be of no format. */
function isEmptyMessage(body: Uint8Array): boolean {
  return (
    body.length <= longestEmptyMessage &&
    /^(?:\s*(?:\{\s*(?:"dictionary"\s*:\s*\{\s*\}\s*)?\}\s*)?|\x12\x00)$/.test(Buffer.from(body).toString('latin1'))
  );
}

/** With room for spaces. */
const longestEmptyMessage = 100;

function decode(body: Uint8Array<ArrayBuffer>, limits: ReaderLimits): OtlpUpload[] {
  try {
    return readOtlp(body, limits);
  } catch (error) {
    if (error instanceof ReaderError) {
      const place = error.offset > 0 ? ` (at byte ${error.offset})` : '';
      throw new HotspanError(
        error.kind === 'notMine' ? 'unsupported_format' : 'unreadable_profile',
        `the request is no ExportProfilesServiceRequest that can be read: ${error.reason}${place}`
      );
    }
    throw error;
  }
}

function labelsOf({ resource }: OtlpUpload, { request, limits, defaultService }: FormContext): Map<string, string> {
  const attributes = [...resource].filter(([key, value]) => value !== '' && !infoOnly.test(key));
  return makeLabels([...attributes, ...new URLSearchParams(request.query)], { family: '', defaultService }, limits);
}

/** A message has no name of its own. */
export function otlpFileName(body: Uint8Array): string {
  return body[0] === 0x0a || body[0] === 0x12 ? 'profiles.otlp' : 'profiles.otlp.json';
}
