/** What a user is told when a request fails. `code` and `hint` are from the store's error table when it answered. */
export interface StoreError {
  message: string;
  code?: string;
  hint?: string;
}

function field(source: unknown, name: string): unknown {
  return typeof source === 'object' && source !== null ? Reflect.get(source, name) : undefined;
}

function text(source: unknown, name: string): string | undefined {
  const value = field(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function readTable(source: unknown): StoreError | undefined {
  const message = text(source, 'message');
  return message === undefined ? undefined : { message, code: text(source, 'code'), hint: text(source, 'hint') };
}

/**
 * Finds the reason in whatever was thrown or returned: the store's `{error: {code, message, hint}}`, a failed fetch,
 * a query error of Grafana, an Error, a text.
 */
export function describeError(reason: unknown): StoreError {
  const data = field(reason, 'data');
  const found =
    readTable(field(data, 'error')) ?? readTable(field(reason, 'error')) ?? readTable(data) ?? readTable(reason);
  if (found) {
    return found;
  }
  return { message: text(reason, 'statusText') ?? (typeof reason === 'string' ? reason : 'The request failed.') };
}

/** A request that was given up is no error. */
export function isCancelled(reason: unknown): boolean {
  return field(reason, 'cancelled') === true || field(reason, 'name') === 'AbortError';
}
