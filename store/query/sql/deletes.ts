import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

/** Numbers of the profiles in a scope. */
export function doomedStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(`SELECT profile FROM profiles WHERE ${uploadCondition(bindings, scope)}`);
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
