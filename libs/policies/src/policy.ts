import type { JsonObject } from './json.js';

/** Kinds of policies; `scan_result_policy`, the former name of `approval_policy`, is read as that. */
export const policyTypes = [
  'approval_policy',
  'scan_execution_policy',
  'pipeline_execution_policy',
  'pipeline_execution_schedule_policy',
  'vulnerability_management_policy',
] as const;

export type PolicyType = (typeof policyTypes)[number];

/** One policy. */
export interface Policy {
  type: PolicyType;
  name: string;
  /** The policy as the file has it, its name included. */
  content: JsonObject;
}

/** What makes two versions of a policy the same policy. */
export type PolicyIdentity = Pick<Policy, 'type' | 'name'>;

/** Identity as text, `{type}/{name}`; it is the id of the target on audit events. */
export function identityText({ type, name }: PolicyIdentity): string {
  return `${type}/${name}`;
}
