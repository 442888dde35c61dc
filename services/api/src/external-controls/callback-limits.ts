import { isIPv6 } from 'node:net';
import { Problem } from '@auditmesh/runtime';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { ApiConfig } from '../config.js';
import { Budget } from './budget.js';
import { isId, type Callback } from './callback.js';
import { refusedCallbacks } from './callback-check.js';

const DAY_MS = 86_400_000;
/** Pairs of control and address that are known to be good. */
const MOST_GOOD = 10_000;

/**
 * How many callbacks this instance looks at in a minute, of one control and from one address. Few that are refused are
 * enough, since nobody needs them; but what others try must not hold up a control where it has answered rightly before.
 */
@Injectable()
export class CallbackLimits {
  private readonly all: Budget;
  private readonly refused: Budget;
  private readonly good = new LRUCache<string, true>({ max: MOST_GOOD, ttl: DAY_MS });

  constructor(config: ApiConfig) {
    this.all = new Budget(config.EXTERNAL_CONTROLS_CALLBACKS_PER_MINUTE);
    this.refused = new Budget(config.EXTERNAL_CONTROLS_REFUSALS_PER_MINUTE);
  }

  /**
   * Lets the check decide, unless too much came.
   *
   * @param ip where the callback came from
   * @throws Problem 429 with how long to wait, and what the check throws
   */
  async admit({ controlId }: Callback, ip: string, check: () => Promise<void>): Promise<void> {
    const keys = [`control ${isId(controlId) ? controlId : '?'}`, `address ${addressKey(ip)}`];
    const pair = keys.join();
    const budgets = this.good.has(pair) ? [this.all] : [this.all, this.refused];
    const waitS = Math.max(...budgets.flatMap((budget) => keys.map((key) => budget.waitS(key))));
    if (waitS > 0) throw tooMany(waitS);
    for (const key of keys) this.all.spend(key);
    try {
      await check();
    } catch (error) {
      if (error instanceof Problem) for (const key of keys) this.refused.spend(key);
      throw error;
    }
    this.good.set(pair, true);
  }
}

function tooMany(retryAfterS: number): Problem {
  refusedCallbacks.inc({ reason: 'rate' });
  const detail = `Too many callbacks came of this control or from this address. Send it again after ${retryAfterS} s, with a new nonce and the time of then.`;
  return new Problem(429, detail, [], { retryAfterS });
}

/** Of IPv6 the network of 64 bits, since whoever has one address there has them all. */
export function addressKey(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(ip)) return ip;
  const [head = '', tail] = ip.split('%')[0]!.split('::');
  const before = head.split(':').filter(Boolean);
  const after = tail?.split(':').filter(Boolean) ?? [];
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return [...before, ...zeros, ...after]
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, '').toLowerCase())
    .join(':');
}
