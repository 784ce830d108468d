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
