import type { QueryContext } from './context';
import { info, type Notice } from './notices';
import { readKeys } from './read-samples';
import type { SampleQuestion } from './sample-question';

/**
 * Of a question for spans: which share of the value the profiler itself did not tie to them. Such samples were given the span that ran
 * on their thread when they were taken.
 */
export async function inferredNotices(context: QueryContext, question: SampleQuestion): Promise<Notice[]> {
  const { spans, wholeUploads } = question.restrictions;
  if (spans === undefined || wholeUploads) {
    return [];
  }
  const rows = await readKeys(context, question, ['inferred']);
  const marks = rows === undefined ? [] : Array.from(rows.columns.numbers('inferred_key'));
  const valueOf = (marked: boolean) =>
    marks.reduce((sum, mark, at) => sum + ((mark === 1) === marked ? (rows?.value[at] ?? 0) : 0), 0);
  const inferred = valueOf(true);
  return inferred === 0 ? [] : [info(notice(inferred / (inferred + valueOf(false))))];
}

function notice(share: number): string {
  const percent = share === 1 ? 'All' : `${Number((share * 100).toPrecision(3))} %`;
  return `${percent} of this was given its span by thread and time: these events of the profiler carry no span id.`;
}
