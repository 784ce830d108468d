import type { RuntimeInfoEntry } from '../../src/model/profile';
import type { Attachment } from './upload';
import type { UploadLimits, UploadRequest } from './upload-request';

/** What every protocol's form of a request is turned into. Parts are still compressed. */
export interface UploadForm {
  readonly startNs: bigint;
  readonly endNs: bigint;
  readonly labels: Map<string, string>;
  readonly runtimeInfo: readonly RuntimeInfoEntry[];
  readonly endpointCounts: Map<string, number>;
  readonly attachments: readonly Attachment[];
  /** How a file of this form looks, for a sender that sent none. */
  readonly fileHint?: string;
}

/** What a form is read with. */
export interface FormContext {
  readonly request: UploadRequest;
  readonly limits: UploadLimits;
  readonly defaultService: string;
  /** Keep when samples were taken; only where a stored upload is read again. */
  readonly sampleTimes?: boolean;
}
