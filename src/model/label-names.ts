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

/** What profilers say for themselves and no one asks for: numbers of tasks, or one value for all samples. */
const profilerKeys: ReadonlySet<string> = new Set(['task id', 'origin task id', 'trace type']);
const taskKeys: ReadonlySet<string> = new Set(['task name', 'origin task name']);

/** Whether a label is one that the program (or its framework) made up, to be kept as it is. */
export function isOwnSampleLabel(key: string): boolean {
  const spelling = sampleLabelKey(key);
  return spelling !== '' && !Object.hasOwn(roles, spelling) && !profilerKeys.has(spelling);
}

/** asyncio numbers the tasks that no one named: `Task-1` says nothing, and each is another. */
export function isNumberedTask(key: string, value: string): boolean {
  return taskKeys.has(sampleLabelKey(key)) && /^Task-\d+$/.test(value);
}

const minus = 0x2d;
const digit0 = 0x30;
const two32 = 0x1_0000_0000;
/** So many digits can be added at once: 2^32 * 10^6 is below 2^53. */
const chunkDigits = 6;

/**
 * A span id as clients write it, from character codes [start, end): decimal (also a negative int64), or exactly 16 hex digits;
 * 16 digits without a letter are decimal when `decimal` says that the producer writes decimals. Writes the low and the high word
 * to `out[at]` and `out[at + 1]`. False = not an id, then both are 0.
 */
export function parseSpanIdCodes(
  codes: ArrayLike<number>,
  start: number,
  end: number,
  decimal: boolean,
  out: Uint32Array,
  at: number
): boolean {
  const isHex = end - start === 16 && !(decimal && isDecimal(codes, start, end));
  const parsed = isHex ? parseHex(codes, start, out, at) : parseDecimal(codes, start, end, out, at);
  if (!parsed) {
    out[at] = out[at + 1] = 0;
  }
  return parsed;
}

function isDecimal(codes: ArrayLike<number>, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (codes[i] - digit0 > 9 || codes[i] < digit0) {
      return i === start && codes[i] === minus && isDecimal(codes, start + 1, end);
    }
  }
  return end > start;
}

function parseHex(codes: ArrayLike<number>, start: number, out: Uint32Array, at: number): boolean {
  out[at] = out[at + 1] = 0;
  for (let i = 0; i < 16; i++) {
    const code = codes[start + i] | 0x20;
    const digit = code >= 0x61 && code <= 0x66 ? code - 0x57 : codes[start + i] - digit0;
    if (digit < 0 || digit > 15 || (digit > 9 && code < 0x61)) {
      return false;
    }
    const word = i < 8 ? at + 1 : at;
    out[word] = out[word] * 16 + digit;
  }
  return true;
}

function parseDecimal(codes: ArrayLike<number>, start: number, end: number, out: Uint32Array, at: number): boolean {
  const negative = codes[start] === minus && end > start;
  const first = negative ? start + 1 : start;
  if (!isDecimal(codes, first, end) || codes[first] === minus || end - first > 20) {
    return false;
  }
  let low = 0;
  let high = 0;
  for (let i = first; i < end; ) {
    const next = Math.min(end, i + chunkDigits);
    let chunk = 0;
    let factor = 1;
    for (; i < next; i++) {
      chunk = chunk * 10 + codes[i] - digit0;
      factor *= 10;
    }
    low = low * factor + chunk;
    const carry = Math.floor(low / two32);
    low -= carry * two32;
    high = high * factor + carry;
  }
  if (high >= two32 || (negative && (high > two32 / 2 || (high === two32 / 2 && low > 0)))) {
    return false;
  }
  out[at] = negative ? -low : low;
  out[at + 1] = negative ? -high - (low > 0 ? 1 : 0) : high;
  return true;
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
