import type { QueryContext } from './context';
import { digestOf } from './digest';
import { keepsSums } from './kept-sums';
import { isPlan, namedPart, planOf, planParts, type PlanPart, type UploadPlan } from './plan';
import { fitsOnePortion, readPortions } from './read-entries';
import type { UploadSums } from './recent-uploads';
import type { SampleQuestion } from './sample-question';
import { samplesStatement, type Merge, type SampleScope } from './sql/samples';
import type { StackStore } from './stack-store';

/** Rows by stack of one answer. */
export const maxSampleRows = 8_000_000;
const sum: Merge = { kind: 'sum' };

/**
 * Sums by stack of the plan's parts, from memory as far as they are there: uploads never change, so the sums of a set of uploads hold for
 * ever, and panels that show the same hours read them once. undefined = the question is about spans, about an average, or about too many
 * uploads that had to be looked at one by one. Stack filters are left to the caller.
 */
export async function readKept(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion
): Promise<UploadSums[] | undefined> {
  const { uploads, profileType, averaged, restrictions } = question;
  const plan = isPlan(uploads) ? uploads : planOf(uploads);
  const parts = plan.parts ?? (plan.named && [namedPart(plan.named)]);
  const isAverage = averaged && profileType.merge === 'average';
  if (!keepsSums(context.engine) || parts === undefined || isAverage || restrictions.spans !== undefined) {
    return undefined;
  }
  return Promise.all(parts.map((part) => sumsOfPart({ context, store, question, plan }, part)));
}

interface Reading {
  readonly context: QueryContext;
  readonly store: StackStore;
  readonly question: SampleQuestion;
  readonly plan: UploadPlan;
}

async function sumsOfPart(reading: Reading, part: PlanPart): Promise<UploadSums> {
  const { kept } = reading.store;
  const key = keyOf(reading.question, part);
  // Until they are checked: sums that are being read may be those of a set that changed meanwhile.
  await kept.reading.get(key);
  const found = kept.stacks.find(key);
  if (found !== undefined) {
    return found;
  }
  const sums = readPart(reading, part);
  const settled = keepIfSame(reading, part, key, sums)
    .catch(() => undefined)
    .finally(() => kept.reading.delete(key));
  kept.reading.set(key, settled);
  return sums;
}

function keyOf({ profileType, restrictions: { contextFilters } }: SampleQuestion, { uploads }: PlanPart): string {
  return digestOf([profileType.id, contextFilters, uploads]);
}

/** Uploads may have come or gone between the plan and the reading: then the sums are another set's. */
async function keepIfSame(
  { context, store, question, plan }: Reading,
  { uploads, profiles }: PlanPart,
  key: string,
  sums: Promise<UploadSums>
): Promise<void> {
  const read = await sums;
  if (profiles !== undefined) {
    return store.kept.stacks.keep(key, read);
  }
  // Not with the question's signal: the caller has its answer and may be gone.
  const now = await planParts(
    { ...context, signal: undefined },
    plan.scope,
    question.restrictions,
    question.profileType
  );
  if (now.some((part) => part.uploads === uploads)) {
    store.kept.stacks.keep(key, read);
  }
}

async function readPart({ context, store, question, plan }: Reading, part: PlanPart): Promise<UploadSums> {
  const scope: SampleScope = {
    ...part.range,
    uploads: plan.scope,
    profileType: question.profileType.id,
    rolledUp: part.rolledUp,
    single: part.single,
    profiles: part.profiles,
    contexts: question.restrictions.contextFilters,
  };
  const single = part.single?.uploads ?? part.carryingCount;
  const options = { signal: context.signal, maxRows: maxSampleRows };
  const columns = fitsOnePortion(scope, ['stack'], single)
    ? await context.engine.select(samplesStatement(scope, ['stack'], sum), options)
    : await readPortions(context, { scope, merge: sum }, ['stack'], single);
  return {
    key: await context.stacks.load(store, scope, columns.bigints('stack_key'), context.signal),
    value: Float64Array.from(columns.numbers('value_sum')),
    samples: Float64Array.from(columns.numbers('samples')),
  };
}
