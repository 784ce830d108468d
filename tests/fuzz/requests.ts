import { encodeProfileRow } from '../../store/engines/table-rows';
import { HotspanError } from '../../store/errors';
import type { ContentHasher } from '../../store/ingest/content-ids';
import { readRequest } from '../../store/ingest/read-request';
import { understandRequest } from '../../store/ingest/understand';
import type { Intake, UploadRequest } from '../../store/ingest/upload-request';

const limits = {
  bodyBytes: 2 ** 25,
  partBytes: 2 ** 25,
  decompressedBytes: 2 ** 26,
  parts: 256,
  labels: 128,
  labelValueBytes: 4096,
};

/** What a profile gets when it is stored. */
const given = { id: '00000000-0000-7000-8000-000000000000', rawSegment: '', rawOffset: 0, rawLength: 0 };

/** What the store does with a request until its rows are bytes: nothing after that can fail for what a client sent. */
export async function runRequest(
  bytes: Uint8Array<ArrayBuffer>,
  request: UploadRequest,
  hasher: ContentHasher
): Promise<boolean> {
  const context = { request, limits, defaultService: 'none' };
  try {
    const understood = await understandRequest(bytes, context);
    const more = { retentionDays: 7, sequence: 0, bodyBytes: bytes.length, hasher };
    const { uploads } = readRequest(understood, { ...context, ...more });
    uploads.forEach(({ row }) => encodeProfileRow({ ...row, ...given }));
    return uploads.length > 0;
  } catch (error) {
    return refused(error instanceof HotspanError && error.code !== 'internal', error);
  }
}

/** Throws what is no refusal. */
export function refused(isRefusal: boolean, error: unknown): false {
  if (!isRefusal) {
    throw error;
  }
  return false;
}

export function requestOf(intake: Intake, contentType: string, query: string): UploadRequest {
  return { intake, tenant: 't', receivedMs: 1_795_500_000_000, peer: '127.0.0.1', contentType, query, headers: {} };
}
