import { estimateOf, type ProfileType } from '../../src/model/profile-types';
import { formatValue } from '../../src/model/units';
import type { Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { warning, type Notice } from './notices';
import { estimateStatement } from './sql/estimates';
import type { UploadScope } from './sql/upload-scope';

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
  const { raw, estimate } = await readTotals(context, uploads.scope, type.id);
  if (!(raw > 0) || !(estimate > 0)) {
    return [];
  }
  const factor = Number((estimate / raw).toPrecision(3));
  const whole = formatValue(estimate, type.unit);
  const text = `These are events as Python's profiler sampled them. Each stands for about ${factor}: all uploads together for ${whole} (profile type ${estimateOf(type.id)}).`;
  return [warning(text)];
}

/** Totals of a type and of its estimate, in uploads that have both. */
async function readTotals(
  context: QueryContext,
  scope: UploadScope,
  type: string
): Promise<{ readonly raw: number; readonly estimate: number }> {
  const known = context.uploads?.find(scope);
  if (known !== undefined) {
    const sampled = known.filter(({ types }) => types.includes(estimateOf(type)));
    const sum = (id: string) => sampled.reduce((all, { types, totals }) => all + (totals[types.indexOf(id)] ?? 0), 0);
    return { raw: sum(type), estimate: sum(estimateOf(type)) };
  }
  const statement = estimateStatement(scope, type, estimateOf(type));
  const columns = await context.engine.select(statement, { signal: context.signal });
  return columns.rows === 0
    ? { raw: 0, estimate: 0 }
    : { raw: columns.numbers('raw')[0], estimate: columns.numbers('estimate')[0] };
}
