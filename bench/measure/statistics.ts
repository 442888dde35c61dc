/** What the ratios of several rounds come to. */
export interface RatioSummary {
  median: number;
  min: number;
  max: number;
  rounds: number;
}

/** @param ratios one per round, at least one */
export function summaryOf(ratios: readonly number[]): RatioSummary {
  return {
    median: significant(median(ratios)),
    min: significant(Math.min(...ratios)),
    max: significant(Math.max(...ratios)),
    rounds: ratios.length,
  };
}

/** The middle value, or the mean of the two in the middle. NaN for none. */
export function median(values: readonly number[]): number {
  return (percentile(values, 0.5, 'lower') + percentile(values, 0.5, 'upper')) / 2;
}

/**
 * The value below which this share of the values lies, by nearest rank. NaN for none.
 *
 * @param share from 0 to 1
 * @param between which of two equally near ranks counts
 */
export function percentile(
  values: readonly number[],
  share: number,
  between: 'lower' | 'upper' = 'lower',
): number {
  if (!values.length) return NaN;
  const sorted = values.toSorted((a, b) => a - b);
  const rank = between === 'lower' ? Math.ceil(share * sorted.length) - 1 : Math.floor(share * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank))]!;
}

/** Four significant digits: what a run says beyond them is chance. */
export function significant(value: number): number {
  return Number(value.toPrecision(4));
}

/**
 * Where the median of all possible rounds lies with 95 % confidence, by order statistics: nothing is supposed about how they
 * are distributed. The extremes for less than six values, which are too few for it.
 *
 * @param values at least one
 */
export function intervalOfMedian(values: readonly number[]): { low: number; high: number } {
  const sorted = values.toSorted((a, b) => a - b);
  const n = sorted.length;
  // The k-th smallest and largest miss the median when fewer than k values lie beyond it, as with so many throws of a coin.
  let [k, term, tail] = [0, 0.5 ** n, 0];
  while (tail + term <= 0.025) {
    tail += term;
    k++;
    term *= (n - k + 1) / k;
  }
  const rank = Math.max(k, 1);
  return { low: sorted[rank - 1]!, high: sorted[n - rank]! };
}
