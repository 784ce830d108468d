import { HotspanError } from '../errors';
import { readDatadogForm, type DatadogForm, type FormContext } from './datadog';
import { unpack, type DecompressBudget } from './decompress';
import { splitMultipart, type Part } from './multipart';
import type { Attachment, Upload } from './upload';
import { readUploadForm } from './upload-form';

/** Bytes of a request → upload with decompressed attachments. Pure, so a stored request can be read again. */
export async function understandUpload(body: Uint8Array<ArrayBuffer>, context: FormContext): Promise<Upload> {
  const { request } = context;
  const budget: DecompressBudget = {
    partBytes: context.limits.partBytes,
    totalBytes: context.limits.decompressedBytes,
  };
  const form = await readForm(body, budget, context);
  const attachments = form.attachments.filter(({ bytes }) => bytes.length > 0).flatMap((part) => unpack(part, budget));
  if (form.attachments.length === 0) {
    throw new HotspanError('no_attachment', 'the upload has no profile beside its event');
  }
  if (attachments.length === 0) {
    throw new HotspanError('empty_upload', 'every file of the upload is empty');
  }
  return { ...form, tenant: request.tenant, receivedMs: request.receivedMs, attachments, intake: request.intake };
}

async function readForm(
  body: Uint8Array<ArrayBuffer>,
  budget: DecompressBudget,
  context: FormContext
): Promise<DatadogForm> {
  const { request, limits } = context;
  if (body.length === 0) {
    throw new HotspanError('empty_upload', 'the request has no body');
  }
  const multipart = /^multipart\/form-data/i.test(request.contentType);
  if (request.intake === 'datadog') {
    if (!multipart) {
      throw new HotspanError(
        'bad_multipart',
        `Content-Type is "${request.contentType.slice(0, 80)}", not multipart/form-data`
      );
    }
    return readDatadogForm(
      withPlainEvent(await splitMultipart(whole(body, budget), request.contentType, limits), budget),
      context
    );
  }
  const parts: Part[] = multipart
    ? await splitMultipart(whole(body, budget), request.contentType, limits)
    : [{ field: 'file', fileName: undefined, bytes: body }];
  return readUploadForm(parts, context);
}

/** A request that was compressed as a whole. */
function whole(body: Uint8Array<ArrayBuffer>, budget: DecompressBudget): Uint8Array<ArrayBuffer> {
  return unpack({ name: 'the request', bytes: body }, { ...budget })[0].bytes;
}

function withPlainEvent(parts: readonly Part[], budget: DecompressBudget): Part[] {
  return parts.map((part) =>
    part.field === 'event'
      ? { ...part, bytes: unpack({ name: 'event', bytes: part.bytes }, { ...budget })[0].bytes }
      : part
  );
}

/** Decompressed parts only, for downloads. */
export async function attachmentsOf(
  body: Uint8Array<ArrayBuffer>,
  context: FormContext
): Promise<readonly Attachment[]> {
  return (await understandUpload(body, context)).attachments;
}
