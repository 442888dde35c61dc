import type { FirstSeenIpRule } from '@auditmesh/alert-rules';
import type { AlertInput, AlertSubject } from '@auditmesh/events';

/** Addresses that are kept of one identity, those used last. */
export const MOST_IPS = 256;
const HOUR = 3_600_000_000;

/** What came of a use from an address. */
export interface IpNoted {
  /** Whether it is new, and the identity is past its learning time. */
  isNew: boolean;
  /** Whether the state differs from before. */
  changed: boolean;
  /** Whether another address was forgotten, since there are too many. */
  evicted: boolean;
}

/**
 * Remembers the address in place. Times are kept to the hour, so that busy identities do not change all the time.
 *
 * @param use has an ip
 */
export function noteIp(subject: AlertSubject, rule: FirstSeenIpRule, use: AlertInput): IpNoted {
  const { occurred_at: at } = use;
  const hour = Math.floor(at / HOUR) * HOUR;
  const since = Math.min(subject.known_since ?? hour, hour);
  const place = subject.ips.findIndex(({ ip }) => ip === use.ip);
  const known = subject.ips[place];
  const isKnown = known !== undefined && at - known.used_at < rule.rememberMs * 1000;
  const usedAt = Math.max(known?.used_at ?? hour, hour);
  const changed = since !== subject.known_since || usedAt !== known?.used_at;
  subject.known_since = since;
  if (changed) {
    if (known) subject.ips.splice(place, 1);
    const later = subject.ips.findIndex(({ used_at }) => used_at > usedAt);
    subject.ips.splice(later < 0 ? subject.ips.length : later, 0, { ip: use.ip!, used_at: usedAt });
  }
  const evicted = subject.ips.length > MOST_IPS;
  if (evicted) subject.ips.shift();
  return { isNew: !isKnown && at >= since + rule.learningMs * 1000, changed, evicted };
}
