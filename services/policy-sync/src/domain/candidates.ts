import { ungathered, type AuditCandidate, type AuditEvent } from '@auditmesh/events';
import type { PlannedEvent } from './push-events.js';

/** A candidate with its key on `audit.candidates.v1`. */
export interface KeyedCandidate {
  key: string;
  candidate: AuditCandidate;
}

/** What all candidates of a push have in common. */
export interface Emitted {
  log: string;
  /** Variant of the rollout flag that let the push pass. */
  variant: string;
  /** Candidates at the beginning that are emitted already. */
  skip?: number;
}

/**
 * The candidates of the events in their order, each event's header before its members; the same events give the same
 * sequence, so that a number of candidates says how far it was emitted.
 */
export function* candidatesOf(
  events: PlannedEvent[],
  { log, variant, skip = 0 }: Emitted,
): Generator<KeyedCandidate> {
  let left = skip;
  for (const { key, event, projects } of events) {
    const count = 1 + projects.length;
    if (left >= count) {
      left -= count;
      continue;
    }
    const { type, category, occurred_at, scope, target, cause, source } = event;
    const shared = {
      ...ungathered,
      ...{ log, type, category, occurred_at, scope, target, cause, source },
      consolidation_key: key,
    };
    const expected = key === null ? null : projects.length;
    if (left === 0)
      yield {
        key: key ?? log,
        candidate: {
          ...shared,
          ordinal: key === null ? null : 0,
          project_id: null,
          expected,
          event,
          rollout_variant: variant,
        },
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

/** The candidate of an event that stands for itself. */
export function candidateOfEvent(event: AuditEvent, log: string, variant: string): KeyedCandidate {
  const { type, category, occurred_at, scope, target, cause, source } = event;
  return {
    key: log,
    candidate: {
      ...ungathered,
      ...{ log, type, category, occurred_at, scope, target, cause, source },
      consolidation_key: null,
      ordinal: null,
      expected: null,
      project_id: null,
      event,
      rollout_variant: variant,
    },
  };
}
