import { estimateOf, type ProfileType } from '../../src/model/profile-types';
import { formatValue } from '../../src/model/units';
import type { Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { warning, type Notice } from './notices';
import { estimateStatement } from './sql/estimates';

/** Types of which some profilers send only a sample, one event as one. */
const sampledTypes = new Set(['lock-wait-time', 'lock-acquires', 'locked-time', 'lock-releases', 'thrown-exceptions']);

/** Says what the shown values stand for, where the uploads' profilers keep only some of the events. */
export async function estimateNotices(
  context: QueryContext,
  uploads: Pick<Uploads, 'scope' | 'length'>,
  type: ProfileType
): Promise<Notice[]> {
  if (!sampledTypes.has(type.id) || uploads.length === 0) {
    return [];
  }
  const statement = estimateStatement(uploads.scope, type.id, estimateOf(type.id));
  const columns = await context.engine.select(statement, { signal: context.signal });
  const raw = columns.numbers('raw')[0];
  const estimate = columns.numbers('estimate')[0];
  if (columns.rows === 0 || !(raw > 0) || !(estimate > 0)) {
    return [];
  }
  const factor = Number((estimate / raw).toPrecision(3));
  const whole = formatValue(estimate, type.unit);
  const text = `These are events as Python's profiler sampled them. Each stands for about ${factor}: all uploads together for ${whole} (profile type ${estimateOf(type.id)}).`;
  return [warning(text)];
}
