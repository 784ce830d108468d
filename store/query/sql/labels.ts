import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelColumns, labelOf } from './profile-fields';
import { oneRowPerProfile, type UploadScope } from './upload-scope';

/** All sets of labels of all tenants with number and window (ms, rounded outwards) of their profiles, as lists in one order. */
export function labelSetsStatement(limit: number): Statement {
  const bindings = new Bindings();
  const columns = labelColumns.map((column) => `toString(${column}) AS ${column}_text`);
  const keys = ['tenant_name', ...labelColumns.map((column) => `${column}_text`), 'names', 'texts'];
  return bindings.statement(
    `SELECT toString(tenant) AS tenant_name, ${columns.join(', ')},
       arrayMap(name -> toString(name), mapKeys(labels)) AS names, mapValues(labels) AS texts, groupArray(profile) AS numbers,
       groupArray(toFloat64(toUnixTimestamp64Milli(start))) AS starts,
       groupArray(toFloat64(intDiv(toUnixTimestamp64Nano(end) + 999999, 1000000))) AS ends
     FROM profiles WHERE part = 0 GROUP BY ${keys.join(', ')} LIMIT ${bindings.bind('UInt64', limit)}`
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
