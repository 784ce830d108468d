import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

/** Public ids of profiles by number. */
export function profileUuidsStatement(scope: UploadScope, numbers: readonly bigint[]): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT profile AS number, toString(id) AS uuid FROM profiles
     WHERE ${uploadCondition(bindings, scope)} AND profile IN ${bindings.bind('Array(UInt64)', numbers)}`
  );
}
