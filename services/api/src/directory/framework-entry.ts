import { plainFramework, plainRequirement, type Framework, type Requirement } from '@auditmesh/events';
import type { FrameworkEntry, RequirementEntry } from './framework-document.js';

/** How long an external verdict may take where nothing is said. */
const TIMEOUT_S = 1_800;

/** The framework as the directory has it, with what was left unsaid. */
export function frameworkOf({
  namespace,
  requirements = [],
  ...fields
}: Omit<FrameworkEntry, 'removed'>): Framework {
  return {
    ...plainFramework,
    ...said(fields),
    namespace_id: namespace,
    requirements: requirements.map(requirementOf),
  };
}

export function requirementOf({
  external_controls = [],
  security_policies = [],
  ...fields
}: RequirementEntry): Requirement {
  return {
    ...plainRequirement,
    ...said(fields),
    external_controls: external_controls.map(({ id, name, url, ping_enabled, timeout_s }) => ({
      ...{ id, name, url },
      ping_enabled: ping_enabled ?? true,
      timeout_s: timeout_s ?? TIMEOUT_S,
    })),
    security_policies: security_policies.map(({ policy_project, type, name }) => ({
      ...{ policy_project_id: policy_project, type, name },
    })),
  };
}

/** Without what is undefined or null, which would hide what stands for the unsaid. */
function said<T extends object>(fields: T): { [K in keyof T]-?: Exclude<T[K], undefined> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as never;
}
