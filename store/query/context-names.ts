import { absentNames, type ContextDimension } from '../../src/model/dimensions';
import { sampleLabelLines } from '../../src/model/sample-labels';
import { formatSpanId } from '../../src/model/span-id';
import type { Columns } from '../engines/engine';

/**
 * Goes over what the rows of an answer are called in a dimension that is one of its keys. A row with several labels has several
 * names, every other has one.
 */
export function eachContextName(
  columns: Columns,
  dimension: ContextDimension,
  visit: (name: string, row: number) => void
): void {
  const written = writtenNames(columns, dimension);
  for (let row = 0; row < written.length; row++) {
    const name = written[row];
    if (name === '') {
      visit(absentNames[dimension], row);
    } else if (dimension === 'sampleLabel') {
      sampleLabelLines(name).forEach((line) => visit(line, row));
    } else {
      visit(name, row);
    }
  }
}

function writtenNames(columns: Columns, dimension: ContextDimension): readonly string[] {
  return dimension === 'span'
    ? Array.from(columns.bigints('span_key'), formatSpanId)
    : columns.strings(`${dimension}_key`);
}
