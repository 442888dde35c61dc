import { formatMicros } from '@auditmesh/events';
import { likePrefix, treeConditions, type Condition } from './conditions.js';
import type { Sight } from './event-filter.js';

/** One condition on a violation. */
export type ViolationTerm =
  | { by: 'project'; id: number }
  /** A full path, and all below it. */
  | { by: 'path'; is: string }
  | { by: 'framework' | 'requirement'; id: number }
  | { by: 'control' | 'severity'; among: string[] }
  /** As the table has it: 0 detected, 1 in_review, 2 resolved, 3 dismissed. */
  | { by: 'status'; among: number[] }
  /** Id, or e-mail address or name in any case, of whoever acted in the event. */
  | { by: 'actor'; is: string }
  /** Detected not before this time, µs since the epoch. */
  | { by: 'from'; at: number }
  /** Detected before this time, µs since the epoch. */
  | { by: 'to'; at: number }
  /** Detected or open at some time from one until before another, µs since the epoch. */
  | { by: 'during'; from: number; to: number };

/** What is looked for, and what of it may be seen. */
export interface ViolationFilter {
  /** All of them hold. */
  terms: ViolationTerm[];
  namespaces: Sight['namespaces'];
}

/** All conditions of a filter on rows `v` of `project_compliance_violations`. */
export const violationConditions = ({ terms, namespaces }: ViolationFilter): Condition[] => [
  ...treeConditions(namespaces, 'v.tenant', 'v.project_path'),
  ...terms.map((term, n) => conditionOf(term, `t${n}`)),
];

/** @param name of its values */
function conditionOf(term: ViolationTerm, name: string): Condition {
  const is = (sql: string, value: unknown): Condition => ({ sql, values: { [name]: value } });
  const asked = (column: string, id: number): Condition =>
    is(
      `EXISTS (SELECT FROM project_compliance_violation_requirements r WHERE r.violation_id = v.id AND r.${column} = :${name})`,
      id,
    );
  switch (term.by) {
    case 'project':
      return is(`v.project_id = :${name}`, term.id);
    case 'path':
      return {
        sql: `(v.project_path = :${name} OR v.project_path LIKE :${name}below)`,
        values: { [name]: term.is, [`${name}below`]: likePrefix(`${term.is}/`) },
      };
    case 'framework':
      return asked('framework_id', term.id);
    case 'requirement':
      return asked('compliance_requirement_id', term.id);
    case 'control':
    case 'severity':
    case 'status':
      return is(`v.${term.by} = ANY (:${name})`, term.among);
    case 'actor':
      return is(
        `(v.actor_id = :${name} OR lower(v.actor_email) = lower(:${name}) OR lower(v.actor_name) = lower(:${name}))`,
        term.is,
      );
    case 'from':
      return is(`v.detected_at >= :${name}::timestamptz`, formatMicros(term.at));
    case 'to':
      return is(`v.detected_at < :${name}::timestamptz`, formatMicros(term.at));
    case 'during':
      return {
        sql: `v.detected_at < :${name}to::timestamptz AND (v.closed_at IS NULL OR v.closed_at >= :${name}from::timestamptz)`,
        values: { [`${name}from`]: formatMicros(term.from), [`${name}to`]: formatMicros(term.to) },
      };
  }
}
