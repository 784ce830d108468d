import type { ParamValue, Statement } from './engine';

type List = Extract<ParamValue, readonly unknown[]>;

/** Whether a value is short enough to be sent. */
type Fits = (value: ParamValue) => boolean;

/** The same statement where every list that is too long comes in pieces, which the engine puts together again. */
export function withShortParams({ sql, params = {} }: Statement, fits: Fits): Required<Statement> {
  const sent: Record<string, ParamValue> = {};
  let changed = sql;
  for (const [name, value] of Object.entries(params)) {
    if (typeof value !== 'object' || fits(value)) {
      sent[name] = value;
      continue;
    }
    const pieces = piecesOf(value, fits).map((piece, at) => [`${name}_${at}`, piece] as const);
    pieces.forEach(([piece, values]) => (sent[piece] = values));
    changed = changed.replace(
      new RegExp(`\\{${name}:([^}]+)\\}`, 'g'),
      (_, type) => `arrayConcat(${pieces.map(([piece]) => `{${piece}:${type}}`).join(', ')})`
    );
  }
  return { sql: changed, params: sent };
}

function piecesOf(list: List, fits: Fits): List[] {
  if (list.length < 2 || fits(list)) {
    return [list];
  }
  const middle = list.length >>> 1;
  return [...piecesOf(list.slice(0, middle), fits), ...piecesOf(list.slice(middle), fits)];
}
