/** From one time until before another, µs since the epoch. */
export interface Period {
  from: number;
  to: number;
}
