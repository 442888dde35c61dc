import { logKey, NO_TENANT, type Scope } from '@auditmesh/events';

/** Where an event belongs. */
export interface Place {
  scope: Scope;
  /** Key on `audit.events.v1`. */
  log: string;
  /** Whether nobody knows where it belongs. */
  unresolved: boolean;
}

/** What belongs to no namespace that is known. */
export const nowhere: Place = {
  scope: { type: 'instance', id: null, path: null, root_namespace_id: null },
  log: logKey(NO_TENANT),
  unresolved: true,
};
