import { externalControl } from '@auditmesh/compliance';
import type { Framework, Requirement } from '@auditmesh/events';
import { canonicalText, type Json } from '@auditmesh/policies';

/** When a requirement came to be, and when it was last changed; RFC 3339. */
export interface RequirementTimes {
  created_at: string;
  updated_at: string;
}

/** A version of a framework, and when it was recorded; null when it was deleted. */
export interface FrameworkVersion {
  framework: Framework | null;
  recordedAt: string;
}

/** Times of the requirements of a framework after these versions. @param before as they were in the version before */
export function requirementTimes(
  before: { framework: Framework | null; times: ReadonlyMap<number, RequirementTimes> },
  versions: readonly FrameworkVersion[],
): Map<number, RequirementTimes> {
  let times = new Map(before.times);
  let texts = textsOf(before.framework);
  for (const { framework, recordedAt } of versions) {
    const next = textsOf(framework);
    times = new Map(
      [...next].map(([id, text]) => {
        const created_at = times.get(id)?.created_at ?? recordedAt;
        const same = texts.get(id) === text ? times.get(id)?.updated_at : undefined;
        return [id, { created_at, updated_at: same ?? recordedAt }];
      }),
    );
    texts = next;
  }
  return times;
}

/** Rows of the tables that have the parts of a requirement. */
export function requirementRows(
  tenant: string,
  framework: Framework,
  times: ReadonlyMap<number, RequirementTimes>,
) {
  const { id: framework_id, namespace_id, requirements } = framework;
  const ours = [...new Map(requirements.map((each) => [each.id, each])).values()];
  return {
    requirements: ours.map((each) => ({
      ...{ ...times.get(each.id), id: each.id, tenant, namespace_id, framework_id },
      ...{ name: each.name, description: each.description, requirement_type: isExternal(each) ? 1 : 0 },
      external_url: each.external_controls[0]?.url ?? null,
      expression: JSON.stringify(controlsOf(each)),
    })),
    controls: ours.flatMap((each) => controlRows(each)),
    policies: ours.flatMap(({ id, security_policies }) =>
      distinct(
        security_policies.map(({ policy_project_id, type, name }) => ({
          ...{ compliance_requirement_id: id, policy_project_id, policy_type: type, policy_name: name },
          ...{ ...times.get(id), namespace_id },
        })),
      ),
    ),
  };
}

const isExternal = ({ controls, external_controls }: Requirement): boolean =>
  !controls.length && external_controls.length > 0;

const controlsOf = ({ controls, external_controls }: Requirement): string[] => [
  ...new Set([...controls, ...external_controls.map(({ id }) => externalControl(id))]),
];

function controlRows(requirement: Requirement) {
  const external = new Map(requirement.external_controls.map((each) => [externalControl(each.id), each]));
  return controlsOf(requirement).map((control, position) => {
    const { id, name, url, ping_enabled, timeout_s } = external.get(control) ?? {};
    return {
      ...{
        compliance_requirement_id: requirement.id,
        position,
        control,
        control_type: id === undefined ? 0 : 1,
      },
      ...{ external_control_id: id, external_control_name: name, external_url: url, ping_enabled, timeout_s },
    };
  });
}

function distinct<T extends object>(rows: T[]): T[] {
  return [...new Map(rows.map((row) => [JSON.stringify(row), row])).values()];
}

function textsOf(framework: Framework | null): Map<number, string> {
  const requirements = framework?.requirements ?? [];
  return new Map(requirements.map((each) => [each.id, canonicalText(each as unknown as Json)]));
}
