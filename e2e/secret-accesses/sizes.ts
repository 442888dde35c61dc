type Killed =
  'application' | 'beside' | 'shipper' | 'secret-access-1' | 'secret-access-2' | 'projector' | 'kafka';

/** How much of everything a run has. */
export interface Size {
  /** Reads that must return while things are killed. */
  reads: number;
  /** Reads a second of each application, at most. */
  rate: number;
  /** ms from one kill of each to the next, on average; the exact time is by chance. */
  killEveryMs: Record<Killed, number>;
  /** How long Kafka is away after that. */
  outageMs: number;
  /** No progress for this long after the last fault means stuck. */
  stuckAfterMs: number;
}

const MINUTE = 60_000;

export const sizes: Record<'long' | 'short', Size> = {
  long: {
    reads: 1_000_000,
    rate: 2_000,
    killEveryMs: {
      application: 15_000,
      beside: 20_000,
      shipper: 30_000,
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
    rate: 1_000,
    killEveryMs: {
      application: 4_000,
      beside: 5_000,
      shipper: 6_000,
      'secret-access-1': 9_000,
      'secret-access-2': 13_000,
      projector: 17_000,
      kafka: 15_000,
    },
    outageMs: 15_000,
    stuckAfterMs: MINUTE,
  },
};
