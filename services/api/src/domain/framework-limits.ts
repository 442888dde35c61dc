import type { Framework, Requirement } from '@auditmesh/events';
import { quoted } from '@auditmesh/policies';

export const MAX_REQUIREMENTS = 50;
/** With external ones. */
export const MAX_CONTROLS = 5;

/** What is wrong with a field, which is named from the framework on. */
export interface FrameworkFault {
  field: string;
  detail: string;
}

/** What a framework must fit together with. */
export interface Surroundings {
  /** The tenant's, itself maybe among them. */
  frameworks: readonly Framework[];
  isRoot(namespaceId: number): boolean;
  /** Whether it is one of ours or one of the tenant's own. */
  hasControl(name: string): boolean;
}

/** What keeps a framework from being taken over; texts were looked at before. */
export function frameworkFaults(framework: Framework, around: Surroundings): FrameworkFault[] {
  const { id, namespace_id, name, requirements } = framework;
  const faults: FrameworkFault[] = [];
  const others = around.frameworks.filter((other) => other.id !== id);
  if (!around.isRoot(namespace_id))
    faults.push({
      field: 'namespace',
      detail: `${namespace_id} is no root namespace, and only those own frameworks`,
    });
  const sameName = others.find((other) => other.namespace_id === namespace_id && other.name === name);
  if (sameName)
    faults.push({
      field: 'name',
      detail: `the framework ${sameName.id} of the namespace has the name ${quoted(name)}`,
    });
  if (requirements.length > MAX_REQUIREMENTS)
    faults.push({
      field: 'requirements',
      detail: `there are ${requirements.length}, and a framework has at most ${MAX_REQUIREMENTS}`,
    });
  const taken = idsOf(others);
  requirements.forEach((requirement, at) => {
    for (const { field, detail } of requirementFaults(requirement, requirements.slice(0, at), taken, around))
      faults.push({ field: `requirements.${at}.${field}`, detail });
  });
  return faults;
}

interface Ids {
  requirements: Set<number>;
  external: Set<number>;
}

function requirementFaults(
  { id, name, controls, external_controls }: Requirement,
  before: readonly Requirement[],
  taken: Ids,
  { hasControl }: Surroundings,
): FrameworkFault[] {
  const faults: FrameworkFault[] = [];
  if (before.some((other) => other.name === name))
    faults.push({ field: 'name', detail: `another requirement has the name ${quoted(name)}` });
  if (taken.requirements.has(id) || before.some((other) => other.id === id))
    faults.push({ field: 'id', detail: `another requirement has the id ${id}` });
  const count = controls.length + external_controls.length;
  if (count > MAX_CONTROLS)
    faults.push({
      field: 'controls',
      detail: `there are ${count}, and a requirement has at most ${MAX_CONTROLS}`,
    });
  controls.forEach((control, at) => {
    if (!hasControl(control))
      faults.push({ field: `controls.${at}`, detail: `there is no control ${quoted(control)}` });
    else if (controls.indexOf(control) < at)
      faults.push({ field: `controls.${at}`, detail: `${quoted(control)} is there twice` });
  });
  const external = [...before.flatMap((other) => other.external_controls), ...external_controls];
  external_controls.forEach((control, at) => {
    const same = external.findIndex((other) => other.id === control.id);
    if (taken.external.has(control.id) || external[same] !== control)
      faults.push({
        field: `external_controls.${at}.id`,
        detail: `another external control has the id ${control.id}`,
      });
  });
  return faults;
}

function idsOf(frameworks: readonly Framework[]): Ids {
  const requirements = frameworks.flatMap((framework) => framework.requirements);
  return {
    requirements: new Set(requirements.map(({ id }) => id)),
    external: new Set(requirements.flatMap((each) => each.external_controls.map(({ id }) => id))),
  };
}
