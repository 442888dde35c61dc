import { LRUCache } from 'lru-cache';

const MINUTE_MS = 60_000;
/** Keys that are counted at a time; beyond, those that have not come for longest are forgotten. */
const MOST_KEYS = 10_000;

/** Counts what each key spends within a minute from its first time. */
export class Budget {
  private readonly spent: LRUCache<string, number>;

  /**
   * @param most what a key has for a minute
   * @param clock ms, which never go back
   */
  constructor(
    private readonly most: number,
    clock: { now(): number } = performance,
  ) {
    this.spent = new LRUCache({ max: MOST_KEYS, ttl: MINUTE_MS, ttlResolution: 0, perf: clock });
  }

  spend(key: string): void {
    this.spent.set(key, (this.spent.get(key) ?? 0) + 1, { noUpdateTTL: true });
  }

  /** How long the key must wait until it has a budget again, whole seconds; 0 while it has one. */
  waitS(key: string): number {
    if ((this.spent.get(key) ?? 0) < this.most) return 0;
    return Math.max(1, Math.ceil(this.spent.getRemainingTTL(key) / 1_000));
  }

  /** Of how many keys it knows. */
  get size(): number {
    return this.spent.size;
  }
}
