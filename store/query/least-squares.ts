/** Slope of the line through the points with the least squares: Σ (x - x̄)(y - ȳ) ÷ Σ (x - x̄)²; 0 when all have one x. */
export function leastSquaresSlope(xs: readonly number[], ys: readonly number[]): number {
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let above = 0;
  let below = 0;
  xs.forEach((x, at) => {
    above += (x - meanX) * (ys[at] - meanY);
    below += (x - meanX) ** 2;
  });
  return below === 0 ? 0 : above / below;
}
