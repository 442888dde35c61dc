import { eventId, type Cause, type ComplianceChange } from '@auditmesh/events';
import { tenantOfProject } from '../plan/compliance.ts';
import { canonical } from './findings.ts';

export const ENGINE = 'auditmesh/violations';

/** A control of a project, on an occasion: when that counts from, µs since the epoch, and what caused it. */
export interface Occasion {
  project: number;
  control: string;
  at: number;
  cause: string;
  /** Whether it is an event of a group, whose failures are told together. */
  ofGroup?: boolean;
}

type Family = 'detection' | 'transition' | 'comment' | 'link' | 'control_state';

/** A record that must be in `compliance.violations.v1`. */
export interface ExpectedChange {
  id: string;
  family: Family;
  where: string;
  occasion: Occasion;
  /** Canonical text of what it must say. */
  says: string;
  /** Of a change of a violation after its detection. */
  update?: { violation: string; number: number; at: number };
}

/**
 * @param at when it counts from, µs since the epoch
 * @param parts what tells it from others of the same occasion
 * @param content what is checked of its family
 */
export function expectedChange(
  family: Family,
  occasion: Occasion,
  at: number,
  parts: string[],
  content: unknown,
): ExpectedChange {
  const { project, control, cause } = occasion;
  return {
    id: eventId(at, ENGINE, cause, String(project), control, ...parts),
    ...{ family, occasion },
    where: `${family} of ${control} in ${project} by ${cause}`,
    says: canonical([tenantOfProject(project), project, control, at, cause, content]),
  };
}

/** What a record says of that, in the same form. */
export function saidBy(change: ComplianceChange): string {
  const { tenant, project_id, control, at, cause } = change;
  return canonical([tenant, project_id, control, at, (cause satisfies Cause).id, contentOf(change)]);
}

function contentOf({ detection, transition, comment, link, control_state }: ComplianceChange): unknown {
  if (detection) return [detection.violation_id, detection.audit_event_id, detection.requirements];
  if (transition) {
    const { violation_id, number, from, to, automatic } = transition;
    return [violation_id, number, from, to, automatic];
  }
  if (comment) return [comment.violation_id, comment.number, comment.text];
  if (link) return [link.violation_id, link.number, link.url, link.removed];
  return control_state?.state;
}
