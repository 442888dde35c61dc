import { hash } from 'node:crypto';
import { Problem } from '@auditmesh/runtime';
import { LRUCache } from 'lru-cache';
import type { ReportedAccess } from './record-of-access.js';

/** Keys that are remembered; beyond, those that have not come for longest are forgotten. */
const MOST_KEYS = 20_000;

/**
 * What the idempotency keys of this instance's callers were used for, as hashes of the fields that are kept. It stands in for
 * no record of what was told: that lies in `secrets.states.v1`.
 */
export class UsedKeys {
  private readonly bodies: LRUCache<string, string>;

  /** @param forMs how long a key is remembered after its first use, ms */
  constructor(forMs: number) {
    this.bodies = new LRUCache({ max: MOST_KEYS, ttl: forMs });
  }

  /** Remembers what the key is for. @throws Problem 422 if it was used for something else */
  claim(caller: string, key: string, accesses: readonly ReportedAccess[]): void {
    const name = hash('sha256', JSON.stringify([caller, key]), 'base64');
    const body = hash('sha256', JSON.stringify(accesses.map(({ id, value }) => [id, value])), 'base64');
    const first = this.bodies.get(name);
    if (first === undefined) this.bodies.set(name, body);
    else if (first !== body)
      throw new Problem(
        422,
        'The Idempotency-Key was used for another body, so nothing of this one was taken. Send it with a new key.',
      );
  }
}
