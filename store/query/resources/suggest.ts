import uFuzzy from '@leeoniya/ufuzzy';
import { dimensions, type Dimension } from '../../../src/api/query';
import type { SuggestAnswer } from '../../../src/api/resources';
import { HotspanError } from '../../errors';
import { readDimension, sorted } from '../answers/dimension-table';
import type { QueryContext } from '../context';
import { askedSamples } from './asked-samples';
import type { ResourceQuery } from './resource-query';

const defaultLimit = 20;

/** Names of a dimension that fit a text loosely, best first; without a text the largest. */
export async function answerSuggest(context: QueryContext, query: ResourceQuery): Promise<SuggestAnswer> {
  const dimension = dimensionOf(query.dimension);
  const table = await readDimension(context, await askedSamples(context, query), dimension);
  const rows = sorted(table.rows, 'total');
  const limit = query.limit ?? defaultLimit;
  const text = query.text.trim();
  const found =
    text === ''
      ? rows
      : bestMatches(
          rows.map(({ name }) => name),
          text
        ).map((at) => rows[at]);
  return { suggestions: found.slice(0, limit).map(({ name, total }) => ({ value: name, total })) };
}

function dimensionOf(written: string | undefined): Dimension {
  const found = dimensions.find((dimension) => dimension === (written ?? 'method'));
  if (found === undefined) {
    throw new HotspanError('bad_request', `dimension: one of ${dimensions.join(', ')}`);
  }
  return found;
}

/** Where the text stands as it is comes before where its letters only come in order; both in the order of the names given. */
function bestMatches(names: string[], text: string): number[] {
  const wanted = text.toLowerCase();
  const exact = names.map((_, at) => at).filter((at) => names[at].toLowerCase().includes(wanted));
  const loose = fuzzyOrder(names, text).filter((at) => !exact.includes(at));
  return [...exact, ...loose];
}

function fuzzyOrder(names: string[], text: string): readonly number[] {
  const fuzzy = new uFuzzy({ intraIns: Infinity, intraChars: '.' });
  const [found, details, order] = fuzzy.search(names, text);
  return found === null ? [] : details === null || order === null ? found : order.map((at) => details.idx[at]);
}
