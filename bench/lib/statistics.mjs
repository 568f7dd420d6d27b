/** The middle value, or the mean of the two middle ones. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The largest |a - b|; Infinity for different lengths, NaN if any value is NaN. */
export function maxAbsDiff(a, b) {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= worst)) worst = difference; // NaN is worst
  }
  return worst;
}

/** Median of a[round] / b[round] over the rounds that both took part in; undefined without any. */
export function ratioPerRound(a, b) {
  const other = new Map(b);
  const ratios = a.filter(([round]) => other.has(round)).map(([round, value]) => value / other.get(round));
  return ratios.length ? median(ratios) : undefined;
}

/** Least squares of y = fixed + slope * x, and its R². */
export function line(xs, ys) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const mx = mean(xs);
  const my = mean(ys);
  let sxx = 0;
  let sxy = 0;
  let syy = 0;
  for (let i = 0; i < xs.length; i++) {
    sxx += (xs[i] - mx) ** 2;
    sxy += (xs[i] - mx) * (ys[i] - my);
    syy += (ys[i] - my) ** 2;
  }
  const slope = sxy / sxx;
  return { fixed: my - slope * mx, slope, r2: syy === 0 ? 1 : sxy ** 2 / (sxx * syy) };
}
