import { plainFramework, plainRequirement, type Framework, type Requirement } from '@auditmesh/events';
import {
  actControls,
  complianceGroup,
  complianceProjects,
  complianceTenants,
  GROUP_CONTROL,
  stateControls,
  type ComplianceTenant,
} from './compliance.ts';
import { directoryRecord } from './directory-load.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

/** What a change does to a framework. */
const edits = { control: 30, assign: 25, requirement: 12, rename: 10, default: 6, group: 6, remove: 16 };
const controls = [...actControls, ...stateControls, GROUP_CONTROL];

/** What the tenant requires to begin with: of some projects, of a group, and of those of which nothing else is. */
export function firstFrameworks(tenant: ComplianceTenant): Framework[] {
  const first = 10 * Number(tenant);
  const common = { ...plainFramework, namespace_id: Number(tenant) };
  const requirement = (id: number, name: string, ...names: string[]) => ({
    ...plainRequirement,
    ...{ id, name, controls: names },
  });
  const [one, two, author] = actControls;
  const [protection, signed] = stateControls;
  return [
    {
      ...{ ...common, id: first + 1, name: 'Four eyes', projects: complianceProjects(tenant).slice(0, 4) },
      requirements: [requirement(10 * first + 10, 'Approvals', two, author, GROUP_CONTROL)],
    },
    {
      ...{ ...common, id: first + 2, name: 'Settings', groups: [complianceGroup(tenant)] },
      requirements: [
        requirement(10 * first + 20, 'Pushes', protection, signed),
        requirement(10 * first + 21, 'One approval', one),
      ],
    },
    {
      ...{ ...common, id: first + 3, name: 'Everything else', by_default: true },
      requirements: [requirement(10 * first + 30, 'An approval', one, signed)],
    },
  ];
}

/** @param occurredAt µs since the epoch */
export function frameworkRecord(
  id: string,
  tenant: string,
  frameworkId: number,
  framework: Framework | null,
  occurredAt: number,
): PlannedRecord {
  return directoryRecord(id, tenant, `framework/${frameworkId}`, framework && { framework }, occurredAt);
}

/** Frameworks whose requirements and assignments change, some written twice by their producer. @param beganAt µs since the epoch */
export function frameworkLoad(random: SeededRandom, size: Size, beganAt: number): LoadStep[] {
  const first = new Map(
    complianceTenants.flatMap((tenant) => firstFrameworks(tenant).map((each) => [each.id, each] as const)),
  );
  const now = new Map<number, Framework | null>(first);
  const times = Array.from({ length: size.frameworkChanges }, () => random.int(0, size.loadMs));
  return times
    .sort((a, b) => a - b)
    .map((atMs, n) => {
      const id = random.pick([...first.keys()]);
      const before = now.get(id);
      const after = before ? edited(random, before, n) : first.get(id)!;
      now.set(id, after);
      const tenant = String(first.get(id)!.namespace_id);
      const record = frameworkRecord(`framework-${n}`, tenant, id, after, beganAt + atMs * 1_000);
      const again = { ...record, id: `${record.id}-again` };
      return { atMs, records: random.chance(0.1) ? [record, again] : [record] };
    });
}

function edited(random: SeededRandom, before: Framework, n: number): Framework | null {
  const tenant = String(before.namespace_id) as ComplianceTenant;
  switch (random.weighted(edits)) {
    case 'rename':
      return { ...before, name: `Renamed ${n}`, description: random.pick(['', `By change ${n}`]) };
    case 'default':
      return { ...before, by_default: !before.by_default };
    case 'assign':
      return { ...before, projects: toggled(before.projects, random.pick(complianceProjects(tenant))) };
    case 'group':
      return {
        ...before,
        groups: toggled(before.groups, random.pick([Number(tenant), complianceGroup(tenant)])),
      };
    case 'requirement':
      return { ...before, requirements: withAnother(random, before.requirements, n) };
    case 'remove':
      return null;
    case 'control': {
      if (!before.requirements.length) return { ...before, color: `#${n}` };
      const at = random.int(0, before.requirements.length - 1);
      const requirement = before.requirements[at]!;
      const changed = { ...requirement, controls: toggled(requirement.controls, random.pick(controls)) };
      return { ...before, requirements: before.requirements.with(at, changed) };
    }
  }
}

function withAnother(random: SeededRandom, before: Requirement[], n: number): Requirement[] {
  if (before.length > 1 && random.chance(0.5)) return before.toSpliced(random.int(0, before.length - 1), 1);
  const control = random.pick(controls);
  return [...before, { ...plainRequirement, id: 100_000 + n, name: `Added ${n}`, controls: [control] }];
}

const toggled = <T>(list: readonly T[], one: T): T[] =>
  list.includes(one) ? list.filter((each) => each !== one) : [...list, one];
