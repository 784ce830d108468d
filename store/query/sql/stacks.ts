import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';
import { stacksOf, type SampleScope } from './samples';

/** Which stacks: of the samples in a scope, or these. */
export type StackChoice =
  | { readonly scope: SampleScope }
  | { readonly tenant: string; readonly services: readonly string[]; readonly stacks: readonly bigint[] };

/** Frame ids of stacks, leaf first. A stack may come several times; any copy will do. */
export function stacksStatement(choice: StackChoice): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT stack, frames FROM stacks WHERE ${stackCondition(bindings, choice)} LIMIT 1 BY stack`
  );
}

/** Attributes of all frames that occur on the chosen stacks. */
export function framesStatement(choice: StackChoice): Statement {
  const bindings = new Bindings();
  const tenant = 'scope' in choice ? choice.scope.uploads.tenant : choice.tenant;
  return bindings.statement(
    `SELECT frame, method, class, package, toString(library) AS library, file, line, toString(kind) AS kind FROM frames
     WHERE tenant = ${bindings.bind('String', tenant)}
       AND frame IN (SELECT DISTINCT arrayJoin(frames) FROM stacks WHERE ${stackCondition(bindings, choice)})
     LIMIT 1 BY frame`
  );
}

function stackCondition(bindings: Bindings, choice: StackChoice): string {
  const { tenant, services } = 'scope' in choice ? { ...choice.scope.uploads, ...choice.scope } : choice;
  const stacks =
    'scope' in choice ? `(${stacksOf(bindings, choice.scope)})` : bindings.bind('Array(UInt64)', choice.stacks);
  return `tenant = ${bindings.bind('String', tenant)} AND service IN ${bindings.bind('Array(String)', services)} AND stack IN ${stacks}`;
}
