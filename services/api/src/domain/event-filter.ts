import { has, type Principal, type Subtree } from './principal.js';

/** One condition on an event. */
export type Term =
  /** Names, and beginnings of names. */
  | { by: 'type'; exact: string[]; begins: string[] }
  | { by: 'category'; among: string[] }
  /** Id, or e-mail address or name in any case. */
  | { by: 'actor'; is: string }
  | { by: 'scope'; type: string; id: string | null }
  /** A full path, and all below it. */
  | { by: 'path'; is: string }
  /** Id or name. */
  | { by: 'target'; is: string }
  | { by: 'target_id'; is: string }
  | { by: 'outcome'; is: string }
  | { by: 'ip'; is: string }
  /** Not before this time, µs since the epoch. */
  | { by: 'from'; at: number }
  /** Before this time, µs since the epoch. */
  | { by: 'to'; at: number };

/** What somebody may see. */
export interface Sight {
  namespaces: 'all' | readonly Subtree[];
  /** Whether events about the use of secrets are among it. */
  secrets: boolean;
}

/** What is looked for, and what of it may be seen. There is no filter without a sight, so no search can forget it. */
export interface EventFilter {
  /** All of them hold. */
  terms: Term[];
  /** Words to be found; what a word is, PostgreSQL alone says. */
  words: string | null;
  sight: Sight;
}

/** What the principal may see of the trail. */
export const sightOf = (principal: Principal): Sight => ({
  namespaces: principal.namespaces,
  secrets: has(principal, 'secret_audit:read'),
});
