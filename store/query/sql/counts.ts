import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { textOf } from './profile-fields';
import { oneRowPerProfile, profileStart, type UploadScope } from './upload-scope';

/** Uploads per step and value of one label. `step`: number of steps since `startMs`. */
export function histogramStatement(
  scope: UploadScope,
  by: string | undefined,
  startMs: number,
  stepMs: number
): Statement {
  const bindings = new Bindings();
  const value = by === undefined ? `''` : textOf(bindings, by);
  const since = `toUnixTimestamp64Milli(${profileStart(scope)}) - ${bindings.bind('Int64', startMs)}`;
  return bindings.statement(
    `SELECT toFloat64(intDiv(${since}, ${bindings.bind('Int64', stepMs)})) AS step, ${value} AS value, toFloat64(count()) AS uploads
     FROM ${oneRowPerProfile(bindings, scope)} GROUP BY step, value`
  );
}

/** Values of labels with the number of uploads, the most frequent `perName` of each. */
export function facetsStatement(scope: UploadScope, names: readonly string[], perName: number): Statement {
  const bindings = new Bindings();
  const values = names.map((name, at) => `${textOf(bindings, name)} AS value${at}`);
  const keys = names.map((_, at) => `value${at}`);
  const pairs = names.map((name, at) => `(${bindings.bind('String', name)}, value${at})`).join(', ');
  // Profiles are counted by all values together first: there are few of these, and only they are taken apart.
  return bindings.statement(
    `SELECT facet.1 AS name, facet.2 AS value, toFloat64(sum(found)) AS uploads FROM (
       SELECT arrayJoin([${pairs}]) AS facet, found FROM (
         SELECT ${values.join(', ')}, count() AS found FROM ${oneRowPerProfile(bindings, scope)} GROUP BY ${keys.join(', ')}
       )
     ) GROUP BY name, value ORDER BY name, uploads DESC, value LIMIT ${bindings.bind('UInt64', perName)} BY name`
  );
}
