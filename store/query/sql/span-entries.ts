import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { profileNumbers, spanWindow, type UploadScope } from './upload-scope';

/** Span dictionaries of the uploads in a scope. */
export function spanEntriesStatement(scope: UploadScope, profiles: readonly bigint[] | undefined): Statement {
  const bindings = new Bindings();
  const chosen =
    profiles === undefined ? `(${profileNumbers(bindings, scope)})` : bindings.bind('Array(UInt64)', profiles);
  return bindings.statement(
    `SELECT profile, span, root, trace_high, trace_low, inferred, arrayMap(text -> toString(text), endpoint) AS endpoints,
       arrayMap(text -> toString(text), operation) AS operations FROM profile_spans
     WHERE ${spanWindow(bindings, scope)} AND profile IN ${chosen} LIMIT 1 BY profile`
  );
}
