import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

/** When uploads of each version and of each process of the scope's services began and ended. */
export function processLivesStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toString(service) AS service_name, toString(host) AS host_name, toString(version) AS version_name, instance,
       toFloat64(toUnixTimestamp64Milli(min(start))) AS first_ms, toFloat64(toUnixTimestamp64Milli(max(end))) AS last_ms
     FROM profiles WHERE ${uploadCondition(bindings, scope)}
     GROUP BY service_name, host_name, version_name, instance ORDER BY first_ms`
  );
}
