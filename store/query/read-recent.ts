import { someUploads, type Uploads } from './choose-uploads';
import type { QueryContext } from './context';
import { isPlan, planOf, rangeOfUploads } from './plan';
import type { SampleQuestion } from './sample-question';
import { splitByUpload, turnName, type SumKey, type UploadSums } from './recent-uploads';
import { samplesStatement, type SampleScope } from './sql/samples';
import type { StackStore } from './stack-store';

/** Uploads that carry the type, and the sums of each in the same order. */
export interface RecentSums {
  readonly carrying: Uploads;
  readonly sums: readonly UploadSums[];
  /** What the keys of sums by thread mean. */
  readonly threads: readonly string[];
}

/**
 * Sums of each of few uploads, in the order of `carrying`, from memory as far as they are there. undefined = the question is about many
 * uploads, or about more of a sample than its stack or thread. Stack filters are left to the caller.
 */
export async function readRecent(
  context: QueryContext,
  store: StackStore,
  question: SampleQuestion,
  by: SumKey
): Promise<RecentSums | undefined> {
  const plan = isPlan(question.uploads) ? question.uploads : planOf(question.uploads);
  const { few: carrying } = plan;
  if (carrying === undefined || carrying.length === 0 || !isPlainSum(question, carrying.length)) {
    return undefined;
  }
  const type = question.profileType.id;
  const { services } = plan.range;
  const find = (profile: bigint) => store.recent.find(type, by, profile);
  store.recent.asked.note(services, { profileType: type, by });
  if (!Array.from(carrying.profile).every(find)) {
    await store.recent.inTurn(turnName(by, type, services), async () => {
      const missing = someUploads(carrying, (at) => find(carrying.profile[at]) === undefined);
      if (missing.length > 0) {
        await readMissing(context, store, { ...scopeOf(missing, type), uploads: plan.scope }, missing, by);
      }
    });
  }
  const sums = Array.from(carrying.profile, find).filter((found) => found !== undefined);
  return sums.length === carrying.length ? { carrying, sums, threads: store.recent.threads } : undefined;
}

/** Averages weigh values exactly in the engine; single ones are as they are. */
function isPlainSum({ restrictions, profileType, averaged }: SampleQuestion, uploads: number): boolean {
  const { spans, wholeUploads, contextFilters } = restrictions;
  const ofSpans = spans !== undefined && !wholeUploads;
  const isAverage = averaged && profileType.merge === 'average' && uploads > 1;
  return !ofSpans && contextFilters.length === 0 && !isAverage;
}

function scopeOf(uploads: Uploads, profileType: string): Omit<SampleScope, 'uploads'> {
  return { ...rangeOfUploads(uploads), profileType, profiles: Array.from(uploads.profile), contexts: [] };
}

async function readMissing(
  context: QueryContext,
  store: StackStore,
  scope: SampleScope,
  missing: Uploads,
  by: SumKey
): Promise<void> {
  const statement = samplesStatement(scope, ['profile', by], { kind: 'sum' });
  const columns = await context.engine.select(statement, { signal: context.signal });
  const keys =
    by === 'stack'
      ? await context.stacks.load(store, scope, columns.bigints('stack_key'), context.signal)
      : store.recent.threadKeys(columns.strings('thread_key'));
  for (const [profile, sums] of splitByUpload(Array.from(missing.profile), columns, keys)) {
    store.recent.keep(scope.profileType, by, profile, sums);
  }
}
