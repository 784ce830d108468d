import { z } from 'zod';
import { HotspanError } from '../../errors';
import { ProtobufCursor } from '../../readers/protobuf';
import { byteField, eachField, inside, text } from '../../readers/otlp/messages';
import { ReaderError } from '../../../src/model/profile';

/** `push.v1.PushRequest`, the part of it that says something. */
export interface PushSeries {
  readonly labels: ReadonlyArray<readonly [string, string]>;
  /** pprof, mostly gzip. */
  readonly profiles: ReadonlyArray<Uint8Array<ArrayBuffer>>;
}

const pushSchema = z.looseObject({
  series: z
    .array(
      z.looseObject({
        labels: z.array(z.looseObject({ name: z.string().default(''), value: z.string().default('') })).default([]),
        samples: z
          .array(z.looseObject({ rawProfile: z.string().optional(), raw_profile: z.string().optional() }))
          .default([]),
      })
    )
    .default([]),
});

const openBrace = 0x7b;

/** Both encodings of Connect; a brace is no tag of the binary one, so a wrong content type does no harm. */
export function decodePush(bytes: Uint8Array<ArrayBuffer>, contentType: string): PushSeries[] {
  return bytes[0] === openBrace || /\bjson\b/i.test(contentType) ? decodeJson(bytes) : decodeBinary(bytes);
}

/** PushRequest.series = 1; RawProfileSeries: labels = 1, samples = 2. */
function decodeBinary(bytes: Uint8Array<ArrayBuffer>): PushSeries[] {
  const cursor = new ProtobufCursor(bytes, 'push');
  const series: PushSeries[] = [];
  try {
    eachField(cursor, (field) => {
      if (field !== 1) {
        return false;
      }
      series.push(inside(cursor, 'a series', () => readSeries(cursor)));
      return true;
    });
  } catch (error) {
    throw error instanceof ReaderError
      ? new HotspanError('bad_request', `the body is not a PushRequest: ${error.reason} (at byte ${error.offset})`)
      : error;
  }
  return series;
}

function readSeries(cursor: ProtobufCursor): PushSeries {
  const labels: Array<readonly [string, string]> = [];
  const profiles: Array<Uint8Array<ArrayBuffer>> = [];
  eachField(cursor, (field) => {
    if (field === 1) {
      labels.push(inside(cursor, 'a label', () => readLabel(cursor)));
    } else if (field === 2) {
      inside(cursor, 'a sample', () => readSample(cursor, profiles));
    }
    return field === 1 || field === 2;
  });
  return { labels, profiles };
}

/** LabelPair: name = 1, value = 2. */
function readLabel(cursor: ProtobufCursor): readonly [string, string] {
  let name = '';
  let value = '';
  eachField(cursor, (field) => {
    if (field === 1) {
      name = text(cursor);
    } else if (field === 2) {
      value = text(cursor);
    }
    return field === 1 || field === 2;
  });
  return [name, value];
}

/** RawSample: raw_profile = 1, ID = 2. */
function readSample(cursor: ProtobufCursor, profiles: Array<Uint8Array<ArrayBuffer>>): void {
  eachField(cursor, (field) => {
    if (field === 1) {
      profiles.push(new Uint8Array(byteField(cursor, 'a profile')));
    }
    return field === 1;
  });
}

function decodeJson(bytes: Uint8Array): PushSeries[] {
  const request = pushSchema.safeParse(parseJson(bytes));
  if (!request.success) {
    const [issue] = request.error.issues;
    throw new HotspanError('bad_request', `${issue.path.join('.') || 'the body'}: ${issue.message}`);
  }
  return request.data.series.map(({ labels, samples }) => ({
    labels: labels.map(({ name, value }): [string, string] => [name, value]),
    profiles: samples.map(
      ({ rawProfile, raw_profile: other }) => new Uint8Array(fromBase64(rawProfile ?? other ?? ''))
    ),
  }));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw new HotspanError('bad_request', 'the body is not JSON');
  }
}

/** Both alphabets, as protobuf's JSON allows. */
function fromBase64(encoded: string): Buffer {
  if (!/^[\w+/-]*={0,2}$/.test(encoded)) {
    throw new HotspanError('bad_request', 'a rawProfile is not base64');
  }
  return Buffer.from(encoded, 'base64');
}
