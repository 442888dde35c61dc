import { counter } from '@auditmesh/runtime';

/** Flag that lets the events of policies pass. */
export const FLAG = 'security_policy_audit_events';

/** Whether events of the root namespace are emitted, and by which variant of the flag. */
export type Rollout = (rootNamespaceId: string | null) => { on: boolean; variant: string };

export const ROLLOUT = Symbol('ROLLOUT');

/** What the flag did not let pass, by kind: push, report, link. What is handled again after a crash counts again. */
export const heldBack = counter(
  'auditmesh_rollout_held_back_total',
  'Pushes, reports and links whose events the rollout flag held back.',
  ['kind'],
);
for (const kind of ['push', 'report', 'link']) heldBack.inc({ kind }, 0);
