import type { WeightedStacks } from './stack-dictionary';

/** Digits of 16 bits; a table of counts for each pass fits the cache. */
const digits = 65_536;
/** Fewer rows are ordered faster by comparing them, at least until the passes are compiled. */
const fewRows = 16_384;

/** Rows by absolute value, largest first; equal ones by stack, then as they came. Values are finite. */
export function heaviestFirst(weighted: WeightedStacks): Uint32Array {
  const order = Uint32Array.from({ length: weighted.length }, (_, row) => row);
  return weighted.length < fewRows ? compared(order, weighted) : radixSorted(order, weighted);
}

function compared(order: Uint32Array, { value, stack }: WeightedStacks): Uint32Array {
  return order.sort((a, b) => Math.abs(value[b]) - Math.abs(value[a]) || stack[a] - stack[b] || a - b);
}

/**
 * Stable passes from the least to the most significant digit: the stack's two, then the four of the value. Doubles that are not
 * negative are ordered as their bits are; inverted bits put the largest first.
 */
function radixSorted(order: Uint32Array, weighted: WeightedStacks): Uint32Array {
  const { stack, low, high } = keysOf(weighted);
  let from: Uint32Array = order;
  let to: Uint32Array = new Uint32Array(order.length);
  for (const key of [stack, low, high]) {
    for (const shift of [0, 16]) {
      if (pass(from, to, key, shift)) {
        [from, to] = [to, from];
      }
    }
  }
  return from;
}

function keysOf({ length, value, stack }: WeightedStacks): Record<'stack' | 'low' | 'high', Uint32Array> {
  const keys = { stack: new Uint32Array(length), low: new Uint32Array(length), high: new Uint32Array(length) };
  const view = new DataView(new ArrayBuffer(8));
  for (let row = 0; row < length; row++) {
    view.setFloat64(0, Math.abs(value[row]));
    keys.stack[row] = stack[row];
    keys.high[row] = ~view.getUint32(0);
    keys.low[row] = ~view.getUint32(4);
  }
  return keys;
}

/** Writes `from` to `to` in the order of one digit; false, and nothing written, when all rows have the same. */
function pass(from: Uint32Array, to: Uint32Array, key: Uint32Array, shift: number): boolean {
  const places = new Uint32Array(digits);
  for (let row = 0; row < key.length; row++) {
    places[(key[row] >>> shift) & 0xffff]++;
  }
  if (places[(key[0] >>> shift) & 0xffff] === key.length) {
    return false;
  }
  for (let digit = 0, start = 0; digit < digits; digit++) {
    const count = places[digit];
    places[digit] = start;
    start += count;
  }
  for (let at = 0; at < from.length; at++) {
    const row = from[at];
    to[places[(key[row] >>> shift) & 0xffff]++] = row;
  }
  return true;
}
