import type { ResolvedStackFilter } from '../../src/model/stack-filter';
import type { QueryContext } from './context';
import type { NamedStackFilter } from './prepare';
import { namesStatement } from './sql/names';

/** Most names that one regular expression may match. */
const maxNames = 100_000;

/** Looks up what regular expressions match, so that only the engine's RE2 ever runs them. */
export async function resolveStackFilters(
  context: QueryContext,
  filters: readonly NamedStackFilter[]
): Promise<ResolvedStackFilter[]> {
  return Promise.all(filters.map((filter) => resolve(context, filter)));
}

async function resolve(context: QueryContext, filter: NamedStackFilter): Promise<ResolvedStackFilter> {
  const { dimension, match, values, exclude } = filter;
  if (match !== 'regex') {
    return { dimension, match, values, exclude };
  }
  const statement = namesStatement(context.tenant, dimension, values);
  const columns = await context.engine.select(statement, { signal: context.signal, maxRows: maxNames });
  return { dimension, match: 'any', values: columns.strings('name'), exclude };
}
