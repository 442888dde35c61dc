import type { AuditCandidate } from '@auditmesh/events';

/** Members that one event may announce. */
export const MAX_EXPECTED = 10_000_000;
export const HEADER = 0;

/** What is read of every candidate; the rest repeats what the first of its key says. */
export const headFields = ['consolidation_key', 'ordinal', 'project_id', 'expected'] as const;
export type CandidateHead = Pick<AuditCandidate, (typeof headFields)[number]>;

/** What breaks the contract of `audit.candidates.v1`, in a sentence; undefined if nothing does. */
export function faultOf(head: CandidateHead): string | undefined {
  const { consolidation_key: key, ordinal, expected, project_id: project } = head;
  if (key === null) return undefined;
  if (!key) return 'The consolidation key is empty.';
  if (isGathered(head)) return project === null ? 'The member names no project.' : undefined;
  if (ordinal === null || expected === null) {
    return 'A candidate with a consolidation key needs an ordinal and the number expected, or neither.';
  }
  if (expected < 0 || expected > MAX_EXPECTED) {
    return `The number expected, ${expected}, is not between 0 and ${MAX_EXPECTED}.`;
  }
  if (ordinal < HEADER || ordinal > expected) {
    return `The ordinal ${ordinal} is not between 0 and the number expected, ${expected}.`;
  }
  if (ordinal !== HEADER && project === null) return 'The member names no project.';
  return undefined;
}

/** What is wrong with a whole candidate whose head has no fault. */
export function faultOfWhole(whole: AuditCandidate): string | undefined {
  if (isGathered(whole)) {
    const { closes_at, occurrence, message } = whole;
    if (closes_at !== null && occurrence && message !== null) return undefined;
    return 'A member without an ordinal needs closes_at, an occurrence and a message.';
  }
  if (!carriesEvent(whole) || whole.event) return undefined;
  return whole.consolidation_key === null
    ? 'A candidate without a consolidation key must carry its event.'
    : 'The header carries no event.';
}

/** Whether the candidate carries an event: it passes through as it is, or is the header of a window. */
export const carriesEvent = ({ consolidation_key: key, ordinal }: CandidateHead): boolean =>
  key === null || ordinal === HEADER;

/** Whether the candidate is one of a number that nobody knows, so that it has no place among the others of its key. */
export const isGathered = ({ consolidation_key: key, ordinal, expected }: CandidateHead): boolean =>
  key !== null && ordinal === null && expected === null;
