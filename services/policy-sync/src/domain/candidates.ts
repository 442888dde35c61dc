import type { AuditCandidate } from '@auditmesh/events';
import type { PlannedEvent } from './push-events.js';

/** A candidate with its key on `audit.candidates.v1`. */
export interface KeyedCandidate {
  key: string;
  candidate: AuditCandidate;
}

/**
 * The candidates of the events in their order, each event's header before its members; the same events give the same
 * sequence, so that a number of candidates says how far it was emitted.
 *
 * @param skip candidates at the beginning that are emitted already
 */
export function* candidatesOf(events: PlannedEvent[], log: string, skip = 0): Generator<KeyedCandidate> {
  let left = skip;
  for (const { key, event, projects } of events) {
    const count = 1 + projects.length;
    if (left >= count) {
      left -= count;
      continue;
    }
    const { type, category, occurred_at, scope, target, cause, source } = event;
    const shared = { log, type, category, occurred_at, scope, target, cause, source, consolidation_key: key };
    const expected = key === null ? null : projects.length;
    if (left === 0)
      yield {
        key: key ?? log,
        candidate: { ...shared, ordinal: key === null ? null : 0, project_id: null, expected, event },
      };
    for (let ordinal = Math.max(1, left); ordinal <= projects.length; ordinal++) {
      yield {
        key: key!,
        candidate: { ...shared, ordinal, project_id: projects[ordinal - 1]!, expected, event: null },
      };
    }
    left = 0;
  }
}
