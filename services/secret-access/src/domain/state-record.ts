import type { SecretState } from '@auditmesh/events';

/** A record of `secrets.states.v1`. */
export interface StateRecord {
  key: string;
  value: SecretState | null;
}
