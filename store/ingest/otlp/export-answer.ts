import type { Accepted } from '../intake';

/** What an ExportProfilesServiceResponse says; nothing rejected = an empty one. */
export type ExportAnswer = Pick<Accepted, 'rejected' | 'reason'>;

export function answerAsJson({ rejected, reason }: ExportAnswer): string {
  return JSON.stringify(
    rejected === 0 ? {} : { partialSuccess: { rejectedProfiles: String(rejected), errorMessage: reason } }
  );
}

/** ExportProfilesServiceResponse: partial_success = 1 { rejected_profiles = 1, error_message = 2 }. */
export function answerAsProtobuf({ rejected, reason }: ExportAnswer): Buffer {
  return rejected === 0
    ? Buffer.alloc(0)
    : bytesField(1, Buffer.concat([varintField(1, rejected), bytesField(2, Buffer.from(reason))]));
}

/** google.rpc.Status, as errors of OTLP over HTTP are sent: code = 1, message = 2. */
export function statusAsProtobuf(code: number, message: string): Buffer {
  return Buffer.concat([varintField(1, code), bytesField(2, Buffer.from(message))]);
}

function varintField(field: number, value: number): Buffer {
  return Buffer.from([field << 3, ...varint(value)]);
}

function bytesField(field: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(field << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(Math.floor(value / 128))];
}
