import type { Uploads } from './choose-uploads';

/** What one row of a dimension (or, without one, the whole profile) is worth in every upload. Index = upload. */
export interface UploadValues {
  readonly name: string;
  readonly self: Float64Array;
  readonly total: Float64Array;
  /** 1 where the upload has samples of the row. */
  readonly seen: Uint8Array;
}

export function emptyValues(name: string, uploads: number): UploadValues {
  return { name, self: new Float64Array(uploads), total: new Float64Array(uploads), seen: new Uint8Array(uploads) };
}

export function add(values: UploadValues, upload: number, self: number, total: number): void {
  values.self[upload] += self;
  values.total[upload] += total;
  values.seen[upload] = 1;
}

/** Indexes of uploads by their numbers. */
export function uploadIndex(uploads: Uploads): Map<bigint, number> {
  return new Map(Array.from(uploads.profile, (profile, at) => [profile, at]));
}
