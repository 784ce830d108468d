import fc from 'fast-check';
import { csvCell, csvText } from './csv';

/** A strict reader of RFC 4180. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  let row: string[] = [];
  while (cell.lastIndex < text.length) {
    const match = cell.exec(text);
    if (!match) {
      throw new Error('not CSV');
    }
    row.push(match[1] === undefined ? match[2] : match[1].replace(/""/g, '"'));
    if (match[3] !== ',') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

describe('CSV', () => {
  it.each([
    ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
    ['+1', "'+1"],
    ['-cmd', "'-cmd"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    [' =1', "' =1"],
    ['a,b', '"a,b"'],
    ['plain', 'plain'],
    ['', ''],
    [null, ''],
    [undefined, ''],
    [-12.5, '-12.5'],
    [BigInt('9007199254740993'), '9007199254740993'],
  ])('writes %p as %s', (value, text) => {
    expect(csvCell(value)).toBe(text);
  });

  it('keeps every text readable and starts no cell as a formula', () => {
    const table = fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })));
    fc.assert(
      fc.property(table, (rows) => {
        const [, ...read] = readCsv(csvText(['a', 'b'], rows));
        expect(read).toHaveLength(rows.length);
        read.flat().forEach((cell, index) => {
          const value = rows.flat()[index];
          expect(cell === value || cell === `'${value}`).toBe(true);
          expect(cell.trimStart()).not.toMatch(/^[=+\-@\t\r]/);
        });
      })
    );
  });
});
