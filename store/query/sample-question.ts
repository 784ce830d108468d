import { createHash } from 'node:crypto';
import type { ProfileType } from '../../src/model/profile-types';
import type { Uploads } from './choose-uploads';
import type { UploadPlan } from './plan';
import type { Restrictions } from './prepare';

/** What is read: one profile type of chosen uploads, under the query's restrictions. */
export interface SampleQuestion {
  /** Uploads one by one, or a plan for many. */
  readonly uploads: Uploads | UploadPlan;
  readonly profileType: ProfileType;
  readonly restrictions: Restrictions;
  /** Values of several uploads of average types are averaged, else left as they are. */
  readonly averaged: boolean;
}

/** Plain data as text, 64-bit numbers too: equal texts mean equal data. */
function plainJson(data: unknown): string {
  return JSON.stringify(data, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Stands for the data in a key that is kept: filters may be megabytes. */
export function digestOf(data: unknown): string {
  return createHash('sha256').update(plainJson(data)).digest('base64');
}
