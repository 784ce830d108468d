import type { FastifyBaseLogger } from 'fastify';
import { errorTable, HotspanError } from '../errors';

/** Names of gRPC's status codes, as Connect spells them, with their numbers. */
export const rpcCodes = {
  invalid_argument: 3,
  permission_denied: 7,
  resource_exhausted: 8,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  unauthenticated: 16,
} as const;
export type RpcCode = keyof typeof rpcCodes;

/** The same errors as everywhere, for protocols that say them in gRPC's codes. */
export function rpcCodeOf({ status }: HotspanError): RpcCode {
  switch (status) {
    case 401:
      return 'unauthenticated';
    case 403:
      return 'permission_denied';
    case 413:
      return 'resource_exhausted';
    case 503:
      return 'unavailable';
    default:
      return status >= 500 ? 'internal' : 'invalid_argument';
  }
}

/** What a route of another protocol answers for anything that was thrown; what the answer hides is in the log. */
export function protocolError(
  error: unknown,
  log: Pick<FastifyBaseLogger, 'info' | 'error'>,
  route: string
): HotspanError {
  const known = error instanceof HotspanError ? error : fromFramework(error);
  if (known.status >= 500 && known.status !== 503) {
    log.error({ error, route }, 'a request failed');
  } else {
    log.info({ code: known.code, reason: known.message, route }, 'a request was refused');
  }
  return known;
}

function fromFramework(error: unknown): HotspanError {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined;
  return error instanceof Error && typeof status === 'number' && status < 500
    ? new HotspanError('bad_request', error.message)
    : new HotspanError('internal', errorTable.internal.hint);
}
