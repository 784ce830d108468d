import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { spanWindow, type UploadScope } from './upload-scope';

/** Root spans of the given spans. */
export function rootsStatement(scope: UploadScope, spans: readonly bigint[]): Statement {
  const bindings = new Bindings();
  const ids = bindings.bind('Array(UInt64)', spans);
  return bindings.statement(
    `SELECT DISTINCT root_id FROM (
       SELECT span, root FROM profile_spans WHERE ${spanWindow(bindings, scope)} AND hasAny(span, ${ids})
     ) ARRAY JOIN span AS span_id, root AS root_id WHERE span_id IN ${ids} AND root_id != 0`
  );
}
