import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { labelColumns } from './profile-fields';
import { pieceCondition, type Piece } from './pieces';
import { instant } from './window';

/** When the newest upload of all ended, ms since 1970, and at most `nowMs`: clocks of clients may be wrong. */
export function newestEndStatement(nowMs: number): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(toUnixTimestamp64Milli(max(end))) AS newest_ms FROM profiles WHERE end <= ${instant(bindings, nowMs)}`
  );
}

/** Uploads of all tenants that end in a piece of time, the first to start first. */
export function recentUploadsStatement(piece: Piece): Statement {
  const bindings = new Bindings();
  const columns = [
    'toString(tenant) AS tenant_name',
    'profile',
    'part',
    'toString(id) AS id_text',
    `toUInt8(status = 'ok') AS readable`,
    'toUnixTimestamp64Nano(start) AS start_ns',
    'toUnixTimestamp64Nano(end) AS end_ns',
    ...labelColumns.map((column) => `toString(${column}) AS ${column}_text`),
    'arrayMap(name -> toString(name), mapKeys(labels)) AS names',
    'mapValues(labels) AS texts',
    'arrayMap(type -> toString(type), types) AS type_names',
    'arrayMap(total -> toFloat64(total), totals) AS type_totals',
    'counts',
  ];
  return bindings.statement(
    `SELECT ${columns.join(', ')} FROM profiles WHERE ${pieceCondition(bindings, 'end', piece)} ORDER BY start, profile`
  );
}
