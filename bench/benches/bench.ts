import type { Stack } from '@auditmesh/local-stack';
import type { Findings } from '../command/report.ts';

/** How much is to be measured. */
export interface Extent {
  quick: boolean;
  /** Measured rounds; undefined for the bench's own number. */
  rounds: number | undefined;
}

/** A measurement on servers that were started for it and are removed after it. */
export type Bench = (stack: Stack, extent: Extent) => Promise<Findings>;
