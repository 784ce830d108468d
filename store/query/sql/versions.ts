import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { uploadCondition, type UploadScope } from './upload-scope';

/** First and last start of the uploads of each version of the scope's services. */
export function versionsStatement(scope: UploadScope): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toString(service) AS service_name, toString(version) AS version_name,
       toFloat64(toUnixTimestamp64Milli(min(start))) AS first_ms, toFloat64(toUnixTimestamp64Milli(max(start))) AS last_ms
     FROM profiles WHERE ${uploadCondition(bindings, scope)}
     GROUP BY service_name, version_name ORDER BY service_name, first_ms`
  );
}
