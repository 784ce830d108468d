import type { QueryContext } from './context';
import { info, type Notice } from './notices';
import { isPlan, planOf, type UploadPlan } from './plan';
import { readKeys } from './read-samples';
import type { SampleQuestion } from './sample-question';
import { inferredEntriesStatement } from './sql/span-samples';
import type { SpanMatch } from './sql/upload-scope';

/**
 * Of a question for spans: which share of the value the profiler itself did not tie to them. Such samples were given the span that ran
 * on their thread when they were taken.
 */
export async function inferredNotices(context: QueryContext, question: SampleQuestion): Promise<Notice[]> {
  const { spans, wholeUploads } = question.restrictions;
  const plan = isPlan(question.uploads) ? question.uploads : planOf(question.uploads);
  if (spans === undefined || wholeUploads || !(await mayHoldInferred(context, plan, spans))) {
    return [];
  }
  const rows = await readKeys(context, question, ['inferred']);
  const marks = rows === undefined ? [] : Array.from(rows.columns.numbers('inferred_key'));
  const valueOf = (marked: boolean) =>
    marks.reduce((sum, mark, at) => sum + ((mark === 1) === marked ? (rows?.value[at] ?? 0) : 0), 0);
  return inferredNotice(valueOf(true), valueOf(true) + valueOf(false));
}

export function inferredNotice(inferred: number, total: number): Notice[] {
  return inferred === 0 ? [] : [info(notice(inferred / total))];
}

/** Most profilers tie every sample to its span themselves: then the samples need not be read for it. */
async function mayHoldInferred(
  context: QueryContext,
  { scope, range, profiles }: UploadPlan,
  spans: SpanMatch
): Promise<boolean> {
  if (profiles === undefined || profiles.length === 0) {
    return profiles === undefined;
  }
  const statement = inferredEntriesStatement({ ...range, uploads: scope, profiles, spans });
  const found = await context.engine.select(statement, { signal: context.signal });
  return found.rows > 0;
}

function notice(share: number): string {
  const percent = share === 1 ? 'All' : `${Number((share * 100).toPrecision(3))} %`;
  return `${percent} of this was given its span by thread and time: these events of the profiler carry no span id.`;
}
