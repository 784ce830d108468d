import type { Statement } from '../../engines/engine';
import { Bindings } from './bindings';

/**
 * Where stacks are looked for: hours of the uploads' start, seconds since 1970. Stacks are written again on every day that receives
 * them, which is mostly the day of their uploads.
 */
export interface StackPlaces {
  readonly uploads: { readonly tenant: string };
  readonly services: readonly string[];
  readonly firstHour: number;
  readonly lastHour: number;
}

/** One of `of` equal ranges of ids. Ids are hashes, so each range holds about as many. */
export interface IdShare {
  readonly part: number;
  readonly of: number;
}

/**
 * Frame ids of stacks by their ids, leaf first. A stack may lie in several days; any copy will do. `near`: only those that were received
 * when the places' uploads most likely were, of which the engine need not look into other days.
 */
export function stacksStatement(
  { uploads, services, firstHour, lastHour }: StackPlaces,
  stacks: readonly bigint[],
  { near }: { readonly near: boolean }
): Statement {
  const bindings = new Bindings();
  const day = (seconds: number) => `toDate(toDateTime(${bindings.bind('Int64', Math.max(0, seconds))}, 'UTC'))`;
  const received = near ? `AND seen >= ${day(firstHour)} AND seen <= ${day(lastHour + daySeconds)}` : '';
  return bindings.statement(
    `SELECT stack, frames FROM stacks WHERE ${ownedBy(bindings, uploads.tenant, services)}
       AND stack IN ${bindings.bind('Array(UInt64)', stacks)} ${received} LIMIT 1 BY stack`
  );
}

/** Frame ids of a share of the stacks that were received around the places' days. */
export function stackShareStatement(
  { uploads, services, firstHour, lastHour }: StackPlaces,
  share: IdShare
): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT stack, frames FROM stacks WHERE ${ownedBy(bindings, uploads.tenant, services)} AND ${shareCondition(bindings, 'stack', share)}
       AND ${receivedAround(bindings, firstHour, lastHour)} LIMIT 1 BY stack`
  );
}

/** `found`: how many rows such shares have together; a stack may be several. */
export function stackCountStatement({ uploads, services, firstHour, lastHour }: StackPlaces): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT toFloat64(count()) AS found FROM stacks WHERE ${ownedBy(bindings, uploads.tenant, services)}
       AND ${receivedAround(bindings, firstHour, lastHour)}`
  );
}

function receivedAround(bindings: Bindings, firstHour: number, lastHour: number): string {
  const day = (seconds: number) => `toDate(toDateTime(${bindings.bind('Int64', Math.max(0, seconds))}, 'UTC'))`;
  return `seen >= ${day(firstHour - daySeconds)} AND seen <= ${day(lastHour + daySeconds)}`;
}

const daySeconds = 86_400;
const frameColumns = 'frame, method, class, package, toString(library) AS library, file, line, toString(kind) AS kind';

export function framesStatement(tenant: string, frames: readonly bigint[]): Statement {
  const bindings = new Bindings();
  return bindings.statement(
    `SELECT ${frameColumns} FROM frames WHERE tenant = ${bindings.bind('String', tenant)}
       AND frame IN ${bindings.bind('Array(UInt64)', frames)} LIMIT 1 BY frame`
  );
}

function ownedBy(bindings: Bindings, tenant: string, services: readonly string[]): string {
  return `tenant = ${bindings.bind('String', tenant)} AND service IN ${bindings.bind('Array(String)', services)}`;
}

function shareCondition(bindings: Bindings, id: string, { part, of }: IdShare): string {
  const bound = (at: number) => (2n ** 64n * BigInt(at)) / BigInt(of);
  const first = `${id} >= ${bindings.bind('UInt64', bound(part))}`;
  return part + 1 === of ? first : `${first} AND ${id} < ${bindings.bind('UInt64', bound(part + 1))}`;
}
