/** What a sample label says; labels of other names stay what the program made of them. */
export type SampleLabelRole =
  | 'threadName'
  | 'threadId'
  | 'spanId'
  | 'rootSpanId'
  | 'traceId'
  | 'endpoint'
  | 'exceptionType'
  | 'lockName'
  | 'allocatedClass'
  | 'className'
  | 'time';

/** Keys in the one spelling that `sampleLabelKey` gives. */
const roles: Readonly<Record<string, SampleLabelRole>> = {
  'thread name': 'threadName',
  'thread id': 'threadId',
  'thread native id': 'threadId',
  'os thread id': 'threadId',
  tid: 'threadId',
  'span id': 'spanId',
  'profile id': 'spanId',
  'local root span id': 'rootSpanId',
  'root span id': 'rootSpanId',
  'trace id': 'traceId',
  'trace endpoint': 'endpoint',
  endpoint: 'endpoint',
  'span name': 'endpoint',
  'exception type': 'exceptionType',
  'lock name': 'lockName',
  'allocation class': 'allocatedClass',
  'allocated class': 'allocatedClass',
  'class name': 'className',
  'end timestamp ns': 'time',
};

/**
 * Where a sample carries several keys of one role the lower rank wins: `thread id` before the ids of the operating
 * system, a tracer's endpoint before the name of the span.
 */
const ranks: Readonly<Record<string, number>> = {
  'thread native id': 1,
  'os thread id': 1,
  tid: 1,
  'profile id': 1,
  'span name': 1,
};

/** `thread name`, `thread_name` and `thread.name` are one key. */
export function sampleLabelKey(key: string): string {
  return key
    .toLowerCase()
    .replace(/[\s_.]+/g, ' ')
    .trim();
}

export function sampleLabelRole(key: string): { role: SampleLabelRole; rank: number } | undefined {
  const spelling = sampleLabelKey(key);
  const role = Object.hasOwn(roles, spelling) ? roles[spelling] : undefined;
  return role && { role, rank: ranks[spelling] ?? 0 };
}

const two64 = 1n << 64n;

/**
 * A span id as clients write it: decimal (also a negative int64), or exactly 16 hex digits. 16 decimal digits are read as
 * decimal when `decimal` says that the producer writes decimals. Undefined = not an id.
 */
export function parseSpanId(text: string, decimal: boolean): bigint | undefined {
  if (/^[0-9a-f]{16}$/i.test(text) && !(decimal && /^[0-9]+$/.test(text))) {
    return BigInt(`0x${text}`);
  }
  if (!/^-?[0-9]{1,20}$/.test(text)) {
    return undefined;
  }
  const id = BigInt(text);
  return id >= two64 || id < -(two64 >> 1n) ? undefined : BigInt.asUintN(64, id);
}

/** A trace id of up to 32 hex digits as two 64-bit halves. */
export function parseTraceId(text: string): { high: bigint; low: bigint } | undefined {
  const digits = text.replaceAll('-', '');
  if (!/^[0-9a-f]{1,32}$/i.test(digits)) {
    return undefined;
  }
  const id = BigInt(`0x${digits}`);
  return { high: id >> 64n, low: BigInt.asUintN(64, id) };
}
