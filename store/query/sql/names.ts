import type { StackDimension } from '../../../src/model/dimensions';
import { noStack } from '../../../src/model/stack-dictionary';
import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { finds } from './profile-condition';

/** The names of rows of a dimension that match one of the regular expressions somewhere. */
export function namesStatement(tenant: string, dimension: StackDimension, patterns: readonly string[]): Statement {
  const bindings = new Bindings();
  const { name, kind } = nameOf[dimension];
  const found = patterns.map((pattern) => finds(bindings, 'name', pattern)).join(' OR ');
  const named = `SELECT DISTINCT ${name} AS name FROM frames WHERE tenant = ${bindings.bind('String', tenant)} AND ${kind}`;
  const unnamed = kind === real ? ` UNION ALL SELECT ${bindings.bind('String', noStack)} AS name` : '';
  return bindings.statement(`SELECT DISTINCT name FROM (${named}${unnamed}) WHERE ${found}`);
}

const real = `NOT startsWith(kind, 'detail:')`;

/** How a frame's name in a dimension is made (the same as in `src/model/dimensions.ts`), and which frames have one. */
const nameOf: Readonly<Record<StackDimension, { readonly name: string; readonly kind: string }>> = {
  method: { name: `if(method = '', '(unknown)', method)`, kind: real },
  methodLine: { name: `concat(method, if(line > 0, concat(':', toString(line)), ''))`, kind: real },
  class: { name: `if(class = '', '(unknown)', class)`, kind: real },
  package: { name: `if(package = '', '(unknown)', package)`, kind: real },
  library: { name: `if(library = '', '(unknown)', toString(library))`, kind: real },
  file: { name: `if(file = '', '(unknown)', file)`, kind: real },
  directory: {
    name: `multiIf(match(file, '^[/\\\\\\\\][^/\\\\\\\\]*$'), '/', match(file, '[/\\\\\\\\]'), replaceRegexpOne(file, '[/\\\\\\\\][^/\\\\\\\\]*$', ''), '(unknown)')`,
    kind: real,
  },
  exception: { name: 'method', kind: `kind = 'detail:exception'` },
  allocatedClass: { name: 'method', kind: `kind = 'detail:class'` },
  lock: { name: 'method', kind: `kind = 'detail:lock'` },
  peer: { name: 'method', kind: `kind = 'detail:peer'` },
  path: { name: 'method', kind: `kind = 'detail:path'` },
};
