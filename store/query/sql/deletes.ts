import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { oneRowPerProfile, type UploadScope } from './upload-scope';

/** Ids and, as `profiles`, the numbers of all parts of the profiles in a scope. */
export function doomedStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toString(id) AS uuid, profiles FROM ${oneRowPerProfile(bindings, { ...scope, merged: true })}`
  );
}

/** Rows of a table that belong to profiles. */
export function deleteStatement(
  table: 'profiles' | 'samples' | 'profile_spans',
  tenant: string,
  profiles: readonly bigint[]
): Statement {
  const bindings = new Bindings();
  const chosen = bindings.bind('Array(UInt64)', profiles);
  return bindings.statement(
    `DELETE FROM ${table} WHERE tenant = ${bindings.bind('String', tenant)} AND profile IN ${chosen}`
  );
}
