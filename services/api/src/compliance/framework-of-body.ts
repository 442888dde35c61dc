import type { Framework, Requirement } from '@auditmesh/events';
import type { ParameterFault } from '@auditmesh/runtime';
import { frameworkOf, requirementOf } from '../directory/framework-entry.js';
import type { FrameworkBody, FrameworkPatch, RequirementBody } from './framework.json.js';

type Requirements = NonNullable<FrameworkBody['requirements']>;

/** How many requirements and external controls have no id yet. */
export const withoutIds = (requirements: Requirements = []): number =>
  requirements
    .flatMap((requirement) => [requirement, ...(requirement.external_controls ?? [])])
    .filter(({ id }) => id === undefined).length;

/**
 * The framework with what the body says; what it leaves out stays as it is in `before`.
 *
 * @param ids new ones, as many as are without
 */
export function frameworkOfBody(
  body: FrameworkPatch,
  before: Framework,
  ids: number[],
): { framework: Framework; faults: ParameterFault[] } {
  const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined));
  const kept = { ...before, namespace: before.namespace_id };
  const { requirements = before.requirements, faults } = body.requirements
    ? requirementsOfBody(body.requirements, before.requirements, ids)
    : { faults: [] };
  const { id, namespace, name, description, color, by_default, projects, groups } = { ...kept, ...given };
  const fields = { id, namespace, name, description, color, by_default };
  return {
    framework: {
      ...frameworkOf({ ...fields, projects: sorted(projects), groups: sorted(groups) }),
      requirements,
    },
    faults,
  };
}

/** The requirement with what the body says. @param before what it replaces, if it is not new */
export function requirementOfBody(
  body: RequirementBody,
  before: Requirement | undefined,
  ids: number[],
): { requirement: Requirement; faults: ParameterFault[] } {
  const { requirements, faults } = requirementsOfBody(
    [before ? { ...body, id: before.id } : body],
    before ? [before] : [],
    ids,
  );
  const own = faults.map(({ parameter, detail }) => ({
    parameter: parameter.replace('requirements.0.', ''),
    detail,
  }));
  return { requirement: requirements[0]!, faults: own };
}

function requirementsOfBody(
  bodies: Requirements,
  before: readonly Requirement[],
  ids: number[],
): { requirements: Requirement[]; faults: ParameterFault[] } {
  const known = new Map(before.map((requirement) => [requirement.id, requirement]));
  const left = [...ids];
  const faults: ParameterFault[] = [];
  const requirements = bodies.map((body, at) => {
    const last = body.id === undefined ? undefined : known.get(body.id);
    if (body.id !== undefined && !last)
      faults.push({
        parameter: `requirements.${at}.id`,
        detail: `the framework has no requirement ${body.id}; leave the id out for a new one`,
      });
    const external_controls = (body.external_controls ?? []).map((control, i) => {
      if (control.id !== undefined && !last?.external_controls.some(({ id }) => id === control.id))
        faults.push({
          parameter: `requirements.${at}.external_controls.${i}.id`,
          detail: `the requirement has no external control ${control.id}; leave the id out for a new one`,
        });
      return { ...control, id: control.id ?? left.shift()! };
    });
    return requirementOf({ ...body, id: body.id ?? left.shift()!, external_controls });
  });
  return { requirements, faults };
}

const sorted = (ids: readonly number[] | null | undefined): number[] =>
  [...new Set(ids ?? [])].sort((a, b) => a - b);
