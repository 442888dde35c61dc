import type { KafkaOptions, Log } from '@auditmesh/kafka/producing';
import type { Action, Guarantee } from './access.js';
import type { SpoolOptions } from './spool/spool-options.js';

export interface AuditorOptions {
  /** Of the application, as it shall be known in the trail: letters, digits, `.`, `_`, `-`. */
  name: string;
  spool: SpoolOptions;
  /** Who ships the records: this process (`inside`, if left out), or another by `auditmesh-sdk-ship`. */
  shipping?: 'inside' | 'sidecar';
  /** Needed only to ship. */
  kafka?: Omit<KafkaOptions, 'clientId' | 'log'>;
  /** Needed only to ship. */
  schemaRegistryUrl?: string;
  /** By action; `default` for the others, `spooled` if left out. */
  guarantees?: Partial<Record<Action | 'default', Guarantee>>;
  /** How long an access with `fail-closed` may wait for its acknowledgement; 2,000 if left out. */
  acknowledgeWithinMs?: number;
  /** 10,000 if left out. */
  heartbeatMs?: number;
  /** Silent if left out; pino fits. Never gets anything of a secret. */
  log?: Log;
  /** µs since the epoch. */
  now?: () => number;
}

export interface AuditorSettings {
  name: string;
  guarantees: Partial<Record<Action, Guarantee>> & { default: Guarantee };
  acknowledgeWithinMs: number;
  heartbeatMs: number;
  log: Log;
  now: () => number;
}

export const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
export const NAME = /^[A-Za-z0-9._-]{1,100}$/;
const LEAST_MS = 10;

/** @throws RangeError */
export function optionsWithDefaults(options: AuditorOptions): AuditorSettings {
  const { name, guarantees, acknowledgeWithinMs = 2_000, heartbeatMs = 10_000 } = options;
  if (!NAME.test(name))
    throw new RangeError(`name is ${JSON.stringify(name)}; give 1 to 100 letters, digits, ".", "_" or "-".`);
  for (const [what, ms] of Object.entries({ acknowledgeWithinMs, heartbeatMs }))
    if (!(ms >= LEAST_MS)) throw new RangeError(`${what} is ${ms}; give at least ${LEAST_MS}.`);
  return {
    name,
    guarantees: { default: 'spooled', ...guarantees },
    acknowledgeWithinMs,
    heartbeatMs,
    log: options.log ?? silent,
    now: options.now ?? (() => Date.now() * 1_000),
  };
}
