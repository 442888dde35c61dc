import type { AuditEvent } from '@auditmesh/events';

/**
 * In what the events of two who did the same work differ, in a sentence; undefined if they are the same, each exactly
 * once. The order does not matter.
 */
export function differenceOf(
  theirs: readonly AuditEvent[],
  expected: readonly AuditEvent[],
): string | undefined {
  const wanted = new Map(expected.map((event) => [event.id, JSON.stringify(event)]));
  const seen = new Set<string>();
  for (const event of theirs) {
    const { id } = event;
    if (seen.has(id)) return `The event ${id} is there twice.`;
    seen.add(id);
    const same = wanted.get(id);
    if (same === undefined) return `The event ${id} is there and should not be.`;
    const text = JSON.stringify(event);
    if (text !== same) return `The event ${id} is ${text} and should be ${same}.`;
  }
  const missing = expected.find(({ id }) => !seen.has(id));
  return (
    missing && `Of ${expected.length} events ${seen.size} are there; one that is missing is ${missing.id}.`
  );
}

/** What is wrong with the consolidation of an event of which all candidates came; undefined if nothing is. */
export function faultOf({ id, consolidation }: AuditEvent, members: number): string | undefined {
  if (consolidation?.complete === true && consolidation.affected_projects_count === members) return undefined;
  return `The event ${id} does not say that it is complete with ${members} members: ${JSON.stringify(consolidation)}.`;
}
