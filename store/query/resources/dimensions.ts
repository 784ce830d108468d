import type { DimensionsAnswer } from '../../../src/api/resources';
import {
  absentNames,
  contextDimensions,
  detailDimensions,
  dimensionNames,
  dimensionTable,
  frameDimensions,
  type ContextDimension,
} from '../../../src/model/dimensions';
import { noStack, unknownName } from '../../../src/model/stack-dictionary';
import type { QueryContext } from '../context';
import { eachContextName } from '../context-names';
import { readKeys, readStacks } from '../read-samples';
import type { SampleQuestion } from '../sample-question';
import { askedSamples } from './asked-samples';
import type { ResourceQuery } from './resource-query';

/** The dimensions in which samples of the scope have values, with their number. */
export async function answerDimensions(context: QueryContext, query: ResourceQuery): Promise<DimensionsAnswer> {
  const asked = await askedSamples(context, query);
  const rows = await readStacks(context, context.stacks.open(context.tenant), asked);
  const ofStacks = [...frameDimensions, ...detailDimensions].map((id) => {
    const named = dimensionTable(rows.dictionary, rows, id).filter(
      ({ name }) => name !== unknownName && name !== noStack
    );
    return { id, values: named.length };
  });
  const ofContexts = await Promise.all(
    contextDimensions.map(async (id) => ({ id, values: await countValues(context, asked, id) }))
  );
  const order = Object.keys(dimensionNames);
  const all = [...ofStacks, ...ofContexts].filter(({ values }) => values > 0);
  return {
    dimensions: all
      .sort((a, b) => order.indexOf(a.id) - order.indexOf(b.id))
      .map(({ id, values }) => ({ id, name: dimensionNames[id], values })),
  };
}

async function countValues(context: QueryContext, asked: SampleQuestion, dimension: ContextDimension): Promise<number> {
  const rows = await readKeys(context, asked, [dimension]);
  if (rows === undefined) {
    return 0;
  }
  const names = new Set<string>();
  eachContextName(rows.columns, dimension, (name) => names.add(name));
  names.delete(absentNames[dimension]);
  return names.size;
}
