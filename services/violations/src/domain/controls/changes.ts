import type { Evaluation } from '@auditmesh/controls';
import { VIOLATIONS_SOURCE } from '@auditmesh/compliance';
import { eventId, type Actor, type Cause, type ComplianceChange, type ControlState } from '@auditmesh/events';
import type { ControlTrack } from './control-tracks.js';

/** What makes changes, and where they belong. */
export interface Occasion {
  /** Key of what is written, `{tenant}.{shard}` of the project. */
  readonly log: string;
  /** When it happened, at the latest when it was appended; µs since the epoch. */
  readonly at: number;
  readonly actor: Actor;
  readonly cause: Cause;
}

const noFamily = { detection: null, transition: null, comment: null, link: null, control_state: null };

/** A change of nothing yet; `parts` tell it apart from others of one cause. */
export function changeOf(
  { projectId: project_id, control }: Pick<ControlTrack, 'projectId' | 'control'>,
  { log, actor, cause }: Occasion,
  at: number,
  ...parts: string[]
): ComplianceChange {
  const id = eventId(at, VIOLATIONS_SOURCE, cause.id, String(project_id), control, ...parts);
  return { id, tenant: tenantOf(log), project_id, control, at, actor, cause, ...noFamily };
}

export const tenantOf = (log: string): string => log.slice(0, log.lastIndexOf('.'));

export const stateOf = (
  state: string,
  evaluation?: Evaluation,
  due_at: number | null = null,
): ControlState => ({
  state,
  reason: evaluation?.reason ?? null,
  values: state === 'indeterminate' && evaluation?.values ? JSON.stringify(evaluation.values) : null,
  due_at,
});

/** Whoever acts where nobody does. */
export const SYSTEM: Actor = {
  id: null,
  type: 'system',
  name: 'Auditmesh',
  email: null,
  ip: null,
  user_agent: null,
};
