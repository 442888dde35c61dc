/** Milliseconds of a clock that never goes back, in parts. */
export const now = (): number => performance.now();

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
