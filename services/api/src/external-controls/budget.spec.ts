import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Budget } from './budget.js';
import { addressKey } from './callback-limits.js';

const clockAt = (start: number) => ({ at: start, now: () => clock.at });
let clock = clockAt(1_000);
const budget = (most: number) => {
  clock = clockAt(1_000);
  return new Budget(most, clock);
};

describe('a budget', () => {
  it('is spent after so many times, and there again a minute after the first of them', () => {
    const three = budget(3);
    for (let time = 0; time < 3; time++) {
      expect(three.waitS('a')).toBe(0);
      three.spend('a');
      clock.at += 10_000;
    }
    expect([three.waitS('a'), three.waitS('b')]).toEqual([30, 0]);
    clock.at += 29_500;
    expect(three.waitS('a')).toBe(1);
    clock.at += 501;
    expect(three.waitS('a')).toBe(0);
  });

  it('lets through no more than it has in any minute that begins with a first one', () => {
    const times = fc.array(fc.nat(30_000), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), times, (most, pauses) => {
        const own = budget(most);
        const taken: number[] = [];
        for (const pause of pauses) {
          clock.at += pause;
          if (own.waitS('a') > 0) continue;
          own.spend('a');
          taken.push(clock.at);
        }
        for (let first = 0; first + 2 * most < taken.length; first++)
          expect(taken[first + 2 * most]! - taken[first]!).toBeGreaterThan(60_000);
      }),
    );
  });

  it('forgets what came longest ago when there are too many keys, and keeps who goes on coming', () => {
    const one = budget(1);
    one.spend('loud');
    const waits = new Set<number>();
    for (let n = 0; n < 15_000; n++) {
      one.spend(`other ${n}`);
      waits.add(one.waitS('loud'));
    }
    expect([one.size, [...waits], one.waitS('other 0')]).toEqual([10_000, [60], 0]);
  });
});

describe('an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:0DB8:1:2::9', '2001:db8:1:2'],
    ['2001:db8::9', '2001:db8:0:0'],
    ['::1', '0:0:0:0'],
    ['fe80::1%eth0', 'fe80:0:0:0'],
  ])('%s counts as %s', (ip, key) => expect(addressKey(ip)).toBe(key));
});
