import type { Engine } from '../engines/engine';
import type { LabelIndex } from './label-index';
import type { RawUploadReader } from './resources/profile';
import type { StackCache } from './stack-cache';
import type { UploadIndex } from './upload-index';

/** What every answer needs beside its query. */
export interface QueryContext {
  readonly engine: Engine;
  readonly stacks: StackCache;
  /** Uploads as they came. */
  readonly rawUploads: RawUploadReader;
  /** The uploads of the last hours in memory, where one store writes alone. */
  readonly uploads?: UploadIndex;
  /** The labels of all profiles in memory, where one store writes alone. */
  readonly labels?: LabelIndex;
  readonly tenant: string;
  /** The caller went away. */
  readonly signal?: AbortSignal;
  /** The request comes from an alert rule. */
  readonly forAlert: boolean;
}

/** Time part of a request. */
export interface QueryTime {
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxDataPoints?: number;
  readonly intervalMs?: number;
}
