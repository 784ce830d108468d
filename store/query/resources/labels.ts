import type { LabelsAnswer, LabelValuesAnswer } from '../../../src/api/resources';
import type { QueryContext } from '../context';
import { labelNamesStatement, labelValuesStatement } from '../sql/labels';
import type { UploadScope } from '../sql/upload-scope';

export const defaultValues = 1000;
const maxNames = 10_000;

export async function answerLabels(context: QueryContext, scope: UploadScope): Promise<LabelsAnswer> {
  const columns = await context.engine.select(labelNamesStatement(scope), {
    signal: context.signal,
    maxRows: maxNames,
  });
  const values = columns.numbers('value_count');
  return { labels: columns.strings('name').map((name, at) => ({ name, values: values[at] })) };
}

export async function answerLabelValues(
  context: QueryContext,
  scope: UploadScope,
  label: string,
  match: string,
  limit = defaultValues
): Promise<LabelValuesAnswer> {
  const statement = labelValuesStatement(scope, label, match, limit + 1);
  const columns = await context.engine.select(statement, { signal: context.signal });
  const uploads = columns.numbers('uploads');
  const values = columns.strings('value').map((value, at) => ({ value, profiles: uploads[at] }));
  return { values: values.slice(0, limit), truncated: values.length > limit };
}
