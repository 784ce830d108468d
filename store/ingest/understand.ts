import { HotspanError } from '../errors';
import { readDatadogForm } from './datadog';
import { unpack, type DecompressBudget } from './decompress';
import type { FormContext, UploadForm } from './form';
import { splitMultipart, type Part } from './multipart';
import { otlpFileName, readOtlpRequest, type OtlpRequest } from './otlp/otlp-form';
import { readIngestForm } from './pyroscope/ingest-form';
import { readPushForms } from './pyroscope/push-uploads';
import type { Attachment, Upload } from './upload';
import { readUploadForm } from './upload-form';
import type { UploadRequest } from './upload-request';

/** What a request means: its uploads with decompressed attachments, or one message that is read as a whole. */
export type Understood =
  | { readonly kind: 'uploads'; readonly uploads: readonly Upload[] }
  | { readonly kind: 'otlp'; readonly body: Uint8Array<ArrayBuffer>; readonly request: OtlpRequest };

/** Bytes of a request → what it means. Pure, so a stored request can be read again. */
export async function understandRequest(body: Uint8Array<ArrayBuffer>, context: FormContext): Promise<Understood> {
  const { request } = context;
  const budget: DecompressBudget = {
    partBytes: context.limits.partBytes,
    totalBytes: context.limits.decompressedBytes,
  };
  if (body.length === 0) {
    throw new HotspanError('empty_upload', 'the request has no body');
  }
  if (request.intake === 'otlp') {
    const message = whole(body, budget);
    return { kind: 'otlp', body: message, request: readOtlpRequest(message, context) };
  }
  const forms = await readForms(body, budget, context);
  return { kind: 'uploads', uploads: forms.map((form) => uploadOf(form, budget, request)) };
}

function uploadOf(form: UploadForm, budget: DecompressBudget, request: UploadRequest): Upload {
  const attachments = unpackAll(
    form.attachments.filter(({ bytes }) => bytes.length > 0),
    budget
  );
  if (form.attachments.length === 0) {
    throw new HotspanError('no_attachment', 'the upload has no file', form.fileHint);
  }
  if (attachments.length === 0) {
    throw new HotspanError('empty_upload', 'every file of the upload is empty');
  }
  return { ...form, tenant: request.tenant, receivedMs: request.receivedMs, attachments, intake: request.intake };
}

/** Damaged files are work that no budget counts, so only some are put up with. */
const maxDamaged = 8;

/** A file that can't be decompressed does not spoil the others; throws when none is left. */
function unpackAll(parts: readonly Attachment[], budget: DecompressBudget): Attachment[] {
  let damaged = 0;
  return parts.flatMap((part): Attachment[] => {
    try {
      return unpack(part, budget).map((member) => ({ ...member, hints: part.hints }));
    } catch (error) {
      const isDamage = error instanceof HotspanError && error.code === 'unreadable_profile';
      if (!isDamage || ++damaged === parts.length || damaged > maxDamaged) {
        throw error;
      }
      return [{ ...part, damage: error.message }];
    }
  });
}

async function readForms(
  body: Uint8Array<ArrayBuffer>,
  budget: DecompressBudget,
  context: FormContext
): Promise<UploadForm[]> {
  const { contentType, intake } = context.request;
  if (intake === 'push') {
    return readPushForms(whole(body, budget), context);
  }
  const multipart = /^multipart\/form-data/i.test(contentType);
  if (intake === 'datadog' && !multipart) {
    throw new HotspanError('bad_multipart', `Content-Type is "${contentType.slice(0, 80)}", not multipart/form-data`);
  }
  const parts = multipart ? await splitMultipart(whole(body, budget), contentType, context.limits) : undefined;
  if (intake === 'pyroscope') {
    return [readIngestForm(ingestParts(parts ?? [rawPart('', body)], budget), context)];
  }
  return intake === 'datadog' || intake === 'scrape'
    ? [readDatadogForm(withPlainEvent(parts ?? [], budget), context)]
    : [readUploadForm(parts ?? [rawPart('file', body)], context)];
}

function rawPart(field: string, bytes: Uint8Array<ArrayBuffer>): Part {
  return { field, fileName: undefined, bytes };
}

/** What the form itself looks into is decompressed first. */
function ingestParts(parts: readonly Part[], budget: DecompressBudget): Part[] {
  const looked = new Set(['', 'sample_type_config']);
  return parts.map((part) =>
    looked.has(part.field)
      ? { ...part, bytes: unpack({ name: part.field || 'the body', bytes: part.bytes }, { ...budget })[0].bytes }
      : part
  );
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
  const understood = await understandRequest(body, context);
  return understood.kind === 'otlp'
    ? [{ name: otlpFileName(understood.body), bytes: understood.body }]
    : understood.uploads.flatMap(({ attachments }) => attachments.map(({ name, bytes }) => ({ name, bytes })));
}
