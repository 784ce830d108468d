import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

/** Totals of a type and of its estimate in those uploads that have one. */
export function estimateStatement(scope: UploadScope, type: string, estimate: string): Statement {
  const bindings = new Bindings();
  const total = (id: string) => `toFloat64(sum(totals[indexOf(types, ${bindings.bind('String', id)})]))`;
  return bindings.statement(
    `SELECT ${total(type)} AS raw, ${total(estimate)} AS estimate FROM profiles
     WHERE ${uploadCondition(bindings, scope)} AND has(types, ${bindings.bind('String', estimate)})`
  );
}
