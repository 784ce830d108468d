/**
 * Every error a user can meet, in one table: code, HTTP status, and what to do. docs/errors.md lists exactly these
 * (`store/errors.test.ts` compares). Messages are made where the error happens and say what and where.
 */
export const errorTable = {
  bad_request: { status: 400, hint: 'Compare the request with docs/api.md.' },
  bad_query: { status: 400, hint: 'Correct the named field of the query.' },
  bad_selector: { status: 400, hint: 'Write a selector like {service="shop", env=~"prod|stage"}.' },
  bad_filter: { status: 400, hint: 'Write a filter like service:shop AND -env:dev; quote values with spaces.' },
  bad_regex: { status: 400, hint: 'Use a shorter RE2-style regular expression without back references.' },
  unknown_profile_type: { status: 400, hint: 'Pick one of the profile types that the service sends.' },
  ambiguous_profile_type: {
    status: 400,
    hint: 'Name one of the candidates, for example with its file: delta-mutex.pprof:delay.',
  },
  bad_multipart: {
    status: 400,
    hint: 'Send multipart/form-data whose boundary matches the Content-Type header, complete to its end.',
  },
  bad_event: { status: 400, hint: 'The part "event" must be JSON with start and end as RFC 3339 times.' },
  no_attachment: { status: 400, hint: 'Send at least one profile beside the event.' },
  empty_upload: { status: 400, hint: 'The request had no bytes of a profile; check the client.' },
  unreadable_profile: {
    status: 422,
    hint: 'The file is damaged or of an unsupported format; the message says where reading stopped.',
  },
  unsupported_format: { status: 422, hint: 'Supported formats are listed in docs/clients.md.' },
  too_large: { status: 413, hint: 'Send shorter windows, or raise the limit named in the message in hotspan.yaml.' },
  headers_too_large: { status: 431, hint: 'Send fewer or shorter headers: 16 KiB in all, the address included.' },
  request_timeout: {
    status: 408,
    hint: 'The request did not arrive whole in time; check the connection and send it again.',
  },
  unauthorized: {
    status: 401,
    hint: 'Send a token as Bearer, Basic password, DD-API-KEY or /token/<token>/ path prefix.',
  },
  forbidden: { status: 403, hint: 'Use a token that has this role and tenant.' },
  not_found: { status: 404, hint: 'Check the path or id; profiles are kept for the retention time only.' },
  no_raw: { status: 404, hint: 'Raw uploads are kept for their own retention time and size cap.' },
  method_not_allowed: { status: 405, hint: 'Use the method that docs/api.md names for this route.' },
  answer_too_large: { status: 422, hint: 'Narrow the time range, add a selector, or ask for fewer nodes or rows.' },
  query_timeout: { status: 504, hint: 'Narrow the time range or add a selector.' },
  query_memory: { status: 422, hint: 'Narrow the time range or add a selector.' },
  cancelled: { status: 499, hint: 'The client closed the request.' },
  engine_unavailable: {
    status: 503,
    hint: 'The engine is starting again; uploads are kept meanwhile. Try again in some seconds.',
  },
  spool_full: { status: 503, hint: 'The disk queue is full: free disk space or check that the engine is running.' },
  upstream_failed: { status: 502, hint: 'Check that the agent named by upstreamAgent runs and can be reached.' },
  spool_failed: {
    status: 500,
    hint: 'The disk of the data folder reports errors; the log of the store has the details.',
  },
  too_many_requests: { status: 503, hint: 'Too many queries at once; try again in some seconds.' },
  internal: {
    status: 500,
    hint: 'This is a fault of Hotspan. Please report it with the log lines of this request id.',
  },
} as const;

export type ErrorCode = keyof typeof errorTable;

/** An error with a row in `errorTable`; anything else that is thrown becomes `internal`. */
export class HotspanError extends Error {
  readonly status: number;
  readonly hint: string;
  constructor(
    readonly code: ErrorCode,
    message: string,
    hint?: string
  ) {
    super(message);
    this.name = 'HotspanError';
    this.status = errorTable[code].status;
    this.hint = hint ?? errorTable[code].hint;
  }
}
