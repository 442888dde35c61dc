/** Flag that lets the events of policies pass. */
export const FLAG = 'security_policy_audit_events';

/** Whether events of the root namespace are emitted, and by which variant of the flag. */
export type Rollout = (rootNamespaceId: string | null) => { on: boolean; variant: string };

export const ROLLOUT = Symbol('ROLLOUT');
