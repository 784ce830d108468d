import { withShortParams } from './short-params';

const fits = (value: unknown) => String(value).length <= 5;

it('sends long lists in pieces that are one list again wherever they are named', () => {
  const sql = 'SELECT {p1:Array(UInt64)}, {p10:UInt64} WHERE a IN {p1:Array(UInt64)} AND b IN {p2:Array(String)}';
  expect(withShortParams({ sql, params: { p1: [1n, 2n, 3n, 4n, 5n], p10: 7n, p2: ['x', 'y'] } }, fits)).toEqual({
    sql:
      'SELECT arrayConcat({p1_0:Array(UInt64)}, {p1_1:Array(UInt64)}), {p10:UInt64} ' +
      'WHERE a IN arrayConcat({p1_0:Array(UInt64)}, {p1_1:Array(UInt64)}) AND b IN {p2:Array(String)}',
    params: { p1_0: [1n, 2n], p1_1: [3n, 4n, 5n], p10: 7n, p2: ['x', 'y'] },
  });
});

it('leaves alone what can not be cut', () => {
  const params = { p0: 'a long text', p1: ['another long text'] };
  const sql = '{p0:String} {p1:Array(String)}';
  expect(withShortParams({ sql, params }, fits).params).toEqual({ p0: 'a long text', p1_0: ['another long text'] });
});
