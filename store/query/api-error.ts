import type { ApiError } from '../../src/api/query';
import { EngineError, EngineUnavailable } from '../engines/engine';
import { HotspanError, type ErrorCode } from '../errors';

/** ClickHouse: CANNOT_COMPILE_REGEXP and its Hyperscan twin. */
const regexCodes = new Set([427, 418]);

const engineCodes: Readonly<Record<Exclude<EngineError['kind'], 'other'>, ErrorCode>> = {
  time: 'query_timeout',
  memory: 'query_memory',
  rows: 'answer_too_large',
  cancelled: 'cancelled',
};

const engineMessages: Readonly<Record<Exclude<EngineError['kind'], 'other'>, string>> = {
  time: 'the query took too long and was stopped',
  memory: 'the query needed too much memory and was stopped',
  rows: 'the query read too many rows for one answer',
  cancelled: 'the query was cancelled',
};

/** What a user is told about a failure. SQL and inner messages stay inside: unknown failures are `internal`. */
export function queryError(error: unknown): HotspanError {
  if (error instanceof HotspanError) {
    return error;
  }
  if (error instanceof EngineUnavailable) {
    return new HotspanError('engine_unavailable', 'the engine does not answer just now');
  }
  if (error instanceof EngineError && error.kind !== 'other') {
    return new HotspanError(engineCodes[error.kind], engineMessages[error.kind]);
  }
  if (error instanceof EngineError && regexCodes.has(error.code)) {
    return new HotspanError('bad_regex', 'a regular expression is not understood by RE2');
  }
  return new HotspanError('internal', 'the query failed inside Hotspan');
}

export function apiError({ code, message, hint }: HotspanError): ApiError {
  return { code, message, hint };
}
