import type { PolicyState } from '@auditmesh/events';
import {
  appliedPolicies,
  appliesTo,
  type Directory,
  type Policy,
  type PolicyLimits,
} from '@auditmesh/policies';
import { readApprovalPolicy, type ApprovalPolicy } from './approval-policy.js';

/** The approval policies that are applied, by policy project, as `policy.states.v1` has them. */
export class PoliciesInForce {
  private readonly policies = new Map<number, ApprovalPolicy[]>();

  constructor(private readonly limits: PolicyLimits) {}

  /** Takes a record of the topic; null deletes. Other families than the policies in force are none of its business. */
  apply(key: string, state: PolicyState | null): void {
    const id = Number(key);
    if (!Number.isSafeInteger(id)) return;
    if (!state?.file) return void this.policies.delete(id);
    const all = JSON.parse(state.file.policies) as Policy[];
    const applied = appliedPolicies(all, 'approval_policy', this.limits);
    this.policies.set(
      id,
      applied.map((policy) => readApprovalPolicy(id, policy)),
    );
  }

  /** Those that apply to the project, by policy project and in the order of its file. */
  of(directory: Directory, projectId: number): ApprovalPolicy[] {
    return [...directory.policyProjectsOf(projectId)]
      .toSorted((a, b) => a - b)
      .flatMap((id) =>
        (this.policies.get(id) ?? []).filter(({ content }) => appliesTo(directory, id, content, projectId)),
      );
  }
}
