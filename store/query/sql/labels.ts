import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelColumns, labelOf } from './profile-fields';
import { pieceCondition, type Piece } from './pieces';
import { oneRowPerProfile, type UploadScope } from './upload-scope';

/**
 * Sets of labels of all tenants with number and window (ms, rounded outwards) of their profiles in a piece of time, as lists in the order
 * of their starts.
 */
export function labelSetsStatement(piece: Piece, limit: number): Statement {
  const bindings = new Bindings();
  const columns = labelColumns.map((column) => `toString(${column}) AS ${column}_text`);
  const keys = ['tenant_name', ...labelColumns.map((column) => `${column}_text`), 'names', 'texts'];
  const startMs = 'toFloat64(toUnixTimestamp64Milli(start))';
  const endMs = 'toFloat64(intDiv(toUnixTimestamp64Nano(end) + 999999, 1000000))';
  return bindings.statement(
    `SELECT * EXCEPT (found), found.1 AS starts, found.2 AS ends, found.3 AS numbers FROM (
       SELECT toString(tenant) AS tenant_name, ${columns.join(', ')},
         arrayMap(name -> toString(name), mapKeys(labels)) AS names, mapValues(labels) AS texts,
         arraySort(groupArray((${startMs}, ${endMs}, profile))) AS found
       FROM profiles WHERE part = 0 AND ${pieceCondition(bindings, 'start', piece)}
       GROUP BY ${keys.join(', ')} LIMIT ${bindings.bind('UInt64', limit)}
     )`
  );
}

/** Every label of the scope with the number of its values. */
export function labelNamesStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  const columns = labelColumns.map((column) => `('${column}', toString(${column}))`).join(', ');
  return bindings.statement(
    `SELECT label.1 AS name, toFloat64(uniqExact(label.2)) AS value_count FROM (
       SELECT arrayJoin(arrayConcat([${columns}], arrayMap((k, v) -> (toString(k), v), mapKeys(labels), mapValues(labels)))) AS label
       FROM ${oneRowPerProfile(bindings, scope)}
     ) WHERE label.2 != '' GROUP BY name ORDER BY name`
  );
}

/** Values of one label with the number of uploads, most first. `match`: part of the value, in any case. */
export function labelValuesStatement(scope: UploadScope, label: string, match: string, limit: number): Statement {
  const bindings = new Bindings();
  const value = labelOf(bindings, label);
  const part = match === '' ? '1' : `positionCaseInsensitiveUTF8(value, ${bindings.bind('String', match)}) > 0`;
  return bindings.statement(
    `SELECT value, toFloat64(count()) AS uploads FROM (
       SELECT ${value} AS value FROM ${oneRowPerProfile(bindings, scope)}
     ) WHERE value != '' AND ${part} GROUP BY value ORDER BY uploads DESC, value LIMIT ${bindings.bind('UInt64', limit)}`
  );
}
