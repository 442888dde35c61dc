/** How much of everything a run has. */
export interface Size {
  /** Reads that must return while things are killed. */
  reads: number;
  /** Reads a second, at most. */
  rate: number;
  /** ms from one kill of each to the next, on average; the exact time is by chance. */
  killEveryMs: Record<'application' | 'secret-access-1' | 'secret-access-2' | 'projector' | 'kafka', number>;
  /** How long Kafka is away after that. */
  outageMs: number;
  /** No progress for this long after the last fault means stuck. */
  stuckAfterMs: number;
}

const MINUTE = 60_000;

export const sizes: Record<'long' | 'short', Size> = {
  long: {
    reads: 1_000_000,
    rate: 4_000,
    killEveryMs: {
      application: 15_000,
      'secret-access-1': 25_000,
      'secret-access-2': 35_000,
      projector: 60_000,
      kafka: 55_000,
    },
    outageMs: 10 * MINUTE,
    stuckAfterMs: 3 * MINUTE,
  },
  short: {
    reads: 40_000,
    rate: 2_000,
    killEveryMs: {
      application: 4_000,
      'secret-access-1': 9_000,
      'secret-access-2': 13_000,
      projector: 17_000,
      kafka: 15_000,
    },
    outageMs: 15_000,
    stuckAfterMs: MINUTE,
  },
};
