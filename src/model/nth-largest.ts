/** The value that `count` values are at least as large as; reorders the values. In linear time, where sorting takes a tenth of a second. */
export function nthLargest(values: Float64Array, count: number): number {
  const wanted = values.length - count;
  let from = 0;
  let to = values.length - 1;
  while (from < to) {
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
    if (wanted <= high) {
      to = high;
    } else if (wanted >= low) {
      from = low;
    } else {
      break;
    }
  }
  return values[wanted];
}
