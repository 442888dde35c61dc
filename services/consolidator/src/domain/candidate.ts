import type { AuditCandidate } from '@auditmesh/events';

/** Members that one event may announce. */
export const MAX_EXPECTED = 10_000_000;
export const HEADER = 0;

/** A candidate whose parts fit together. */
export type Candidate = AuditCandidate & { consolidation_key: string; ordinal: number; expected: number };

/** What breaks the contract of `audit.candidates.v1`, in a sentence; undefined if nothing does. */
export function faultOf(candidate: AuditCandidate): string | undefined {
  const { consolidation_key: key, ordinal, expected, event, project_id: project } = candidate;
  if (key === null)
    return event ? undefined : 'A candidate without a consolidation key must carry its event.';
  if (!key) return 'The consolidation key is empty.';
  if (ordinal === null || expected === null)
    return 'A candidate with a consolidation key needs an ordinal and the number expected.';
  if (expected < 0 || expected > MAX_EXPECTED)
    return `The number expected, ${expected}, is not between 0 and ${MAX_EXPECTED}.`;
  if (ordinal < HEADER || ordinal > expected)
    return `The ordinal ${ordinal} is not between 0 and the number expected, ${expected}.`;
  if (ordinal === HEADER && !event) return 'The header carries no event.';
  if (ordinal !== HEADER && project === null) return 'The member names no project.';
  return undefined;
}

/** Whether the event passes through as it is. Call only with a candidate without fault. */
export const isLone = (candidate: AuditCandidate): boolean => candidate.consolidation_key === null;
