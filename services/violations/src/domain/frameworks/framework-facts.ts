import type { ExternalControl, Framework, Requirement } from '@auditmesh/events';
import type { Fact } from './fact.js';
import { fieldChanges } from './field-changes.js';

const FRAMEWORK_FIELDS = ['name', 'description', 'color', 'by_default'];
const REQUIREMENT_FIELDS = ['name', 'description', 'security_policies'];
const EXTERNAL_FIELDS = ['name', 'url', 'ping_enabled', 'timeout_s'];

/** What happened when a framework became another; that of its parts comes after that of itself. */
export function frameworkFacts(before: Framework | null, after: Framework | null): Fact[] {
  return [...ofItself(before, after), ...ofRequirements(before, after), ...ofAssignments(before, after)];
}

function ofItself(before: Framework | null, after: Framework | null): Fact[] {
  const framework = (after ?? before)!;
  const target = { type: 'compliance_framework', id: String(framework.id), name: framework.name };
  const details = { framework_id: framework.id, namespace_id: framework.namespace_id };
  const what = (verb: string) => ({
    what: '',
    message: `${verb} the compliance framework "${framework.name}"`,
  });
  if (!before)
    return [
      {
        type: 'create_compliance_framework',
        ...what('Created'),
        target,
        details,
        ...fieldChanges(null, after, FRAMEWORK_FIELDS),
      },
    ];
  // Its requirements go with it, without a word of their own.
  if (!after)
    return [
      {
        type: 'destroy_compliance_framework',
        ...what('Deleted'),
        ...{ target, details },
        ...fieldChanges(before, null, [...FRAMEWORK_FIELDS, 'requirements', 'groups']),
      },
    ];
  const changed = fieldChanges(before, after, FRAMEWORK_FIELDS);
  if (changed.changes.length === 0) return [];
  return [{ type: 'update_compliance_framework', ...what('Updated'), target, details, ...changed }];
}

function ofRequirements(before: Framework | null, after: Framework | null): Fact[] {
  if (!after) return [];
  const was = new Map(before?.requirements.map((requirement) => [requirement.id, requirement]));
  const is = new Set(after.requirements.map(({ id }) => id));
  const gone = [...was.values()].filter(({ id }) => !is.has(id));
  return [
    ...gone.flatMap((requirement) => ofRequirement(after.id, requirement, null)),
    ...after.requirements.flatMap((requirement) =>
      ofRequirement(after.id, was.get(requirement.id) ?? null, requirement),
    ),
  ];
}

function ofRequirement(framework_id: number, before: Requirement | null, after: Requirement | null): Fact[] {
  const { id, name } = (after ?? before)!;
  const target = { type: 'compliance_requirement', id: String(id), name };
  const fact = (type: string, verb: string, fields = REQUIREMENT_FIELDS): Fact => ({
    ...{ type, target, what: `requirement/${id}`, message: `${verb} the compliance requirement "${name}"` },
    details: { framework_id, requirement_id: id },
    ...fieldChanges(before, after, fields),
  });
  const gone = [...REQUIREMENT_FIELDS, 'controls', 'external_controls'];
  if (!after) return [fact('destroyed_compliance_requirement', 'Deleted', gone)];
  const controls = ofControls(framework_id, before, after);
  if (!before) return [fact('created_compliance_requirement', 'Created'), ...controls];
  const updated = fact('update_compliance_requirement', 'Updated');
  return updated.changes.length ? [updated, ...controls] : controls;
}

function ofControls(framework_id: number, before: Requirement | null, after: Requirement): Fact[] {
  const was = controlsOf(before);
  const is = controlsOf(after);
  const names = new Set([...was.keys(), ...is.keys()]);
  return [...names].flatMap((key) => ofControl(framework_id, after, key, was.get(key), is.get(key)));
}

function ofControl(
  framework_id: number,
  requirement: Requirement,
  key: string,
  was: NamedControl | undefined,
  is: NamedControl | undefined,
): Fact[] {
  const { name, external } = (is ?? was)!;
  const changed = fieldChanges(was?.external ?? null, is?.external ?? null, EXTERNAL_FIELDS);
  if (was && is && changed.changes.length === 0) return [];
  const [type, verb] = is
    ? was
      ? ['updated_compliance_requirement_control', 'Updated']
      : ['created_compliance_requirement_control', 'Created']
    : ['destroyed_compliance_requirement_control', 'Deleted'];
  const kind = external ? 'external control' : 'control';
  return [
    {
      type: type!,
      what: `requirement/${requirement.id}/${key}`,
      message: `${verb} the ${kind} "${name}" of the compliance requirement "${requirement.name}"`,
      target: { type: 'compliance_control', id: external ? String(external.id) : name, name },
      details: { framework_id, requirement_id: requirement.id, control: key },
      ...changed,
    },
  ];
}

interface NamedControl {
  name: string;
  external: ExternalControl | null;
}

/** By the name under which it is required. */
function controlsOf(requirement: Requirement | null): Map<string, NamedControl> {
  const own = (requirement?.controls ?? []).map((name) => [name, { name, external: null }] as const);
  const others = (requirement?.external_controls ?? []).map(
    (external) => [`external/${external.id}`, { name: external.name, external }] as const,
  );
  return new Map<string, NamedControl>([...own, ...others]);
}

/** One fact for each group, and one for all projects together, however many. */
function ofAssignments(before: Framework | null, after: Framework | null): Fact[] {
  return [
    ...ofGroups(before, after, false),
    ...ofGroups(before, after, true),
    ...ofProjects(before, after, false),
    ...ofProjects(before, after, true),
  ];
}

function ofGroups(before: Framework | null, after: Framework | null, added: boolean): Fact[] {
  return idsThat(added, before?.groups, after?.groups).map((id) => ({
    ...assignment((after ?? before)!, added, `group/${id}`, ({ path }) => `the group ${path ?? id}`),
    scope: { kind: 'group', id },
  }));
}

function ofProjects(before: Framework | null, after: Framework | null, added: boolean): Fact[] {
  const framework = (after ?? before)!;
  const projects = idsThat(added, before?.projects, after?.projects).sort((a, b) => a - b);
  const [id, ...others] = projects;
  if (id === undefined) return [];
  if (others.length)
    return [{ ...assignment(framework, added, 'projects', () => `${projects.length} projects`), projects }];
  const named = assignment(framework, added, `project/${id}`, ({ path }) => path ?? `project ${id}`);
  return [{ ...named, scope: { kind: 'project', id } }];
}

function assignment(
  { id, name, namespace_id }: Framework,
  added: boolean,
  what: string,
  place: (scope: { path: string | null }) => string,
): Fact {
  return {
    type: added ? 'compliance_framework_added' : 'compliance_framework_removed',
    what,
    message: (scope) =>
      added
        ? `Assigned the compliance framework "${name}" to ${place(scope)}`
        : `Removed the compliance framework "${name}" from ${place(scope)}`,
    target: { type: 'compliance_framework', id: String(id), name },
    details: { framework_id: id, namespace_id },
    ...{ changes: [], contents: [] },
  };
}

/** Ids that are new, or gone, each once. */
function idsThat(added: boolean, before: number[] = [], after: number[] = []): number[] {
  const [many, known] = added ? [after, new Set(before)] : [before, new Set(after)];
  return [...new Set(many)].filter((id) => !known.has(id));
}
