/** Halving looks at each value three or four times; where the middle doesn't halve, sorting the rest is faster. */
const mostLooks = 10;

/** The value that `count` values are at least as large as; reorders the values. Mostly in linear time, where sorting takes a tenth of a second. */
export function nthLargest(values: Float64Array, count: number): number {
  const wanted = values.length - count;
  let from = 0;
  let to = values.length - 1;
  for (let left = mostLooks * values.length; from < to && left > 0; left -= to - from) {
    const { low, high } = split(values, from, to);
    if (wanted <= high) {
      to = high;
    } else if (wanted >= low) {
      from = low;
    } else {
      return values[wanted];
    }
  }
  values.subarray(from, to + 1).sort();
  return values[wanted];
}

/** Puts no larger values than the middle one up to `high`, no smaller ones from `low` on; what lies between equals it. */
function split(values: Float64Array, from: number, to: number): { low: number; high: number } {
  const pivot = values[(from + to) >>> 1];
  let low = from;
  let high = to;
  while (low <= high) {
    while (values[low] < pivot) {
      low++;
    }
    while (values[high] > pivot) {
      high--;
    }
    if (low <= high) {
      [values[low], values[high]] = [values[high], values[low]];
      low++;
      high--;
    }
  }
  return { low, high };
}
