import { eventId, type DirectoryChanged, type Framework, type Requirement } from '@auditmesh/events';
import { canonical } from './findings.ts';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';

/** Where an event belongs, if not to the root namespace; or all the projects that it is about. */
type Place = [kind: string, id: number] | { projects: number[] };

/** Something that is different after a change of a framework: type of the event, what tells it apart, target, place. */
type Difference = [type: string, what: string, target: string, place?: Place];

/** An event for everything that each change of a framework made different; one without a cause is as if it had not been. */
export function eventsOfFrameworks(changes: TopicRecord<DirectoryChanged>[]): ExpectedEvent[] {
  const frameworks = new Map<string, Framework>();
  const controls = new Set<string>();
  return changes.flatMap(({ value: change, headers, poison }) => {
    if (!change || poison) return [];
    const { key, tenant, occurred_at } = change;
    if (key.startsWith('control/')) return newControl(change, headers, controls);
    if (!key.startsWith('framework/')) return [];
    const before = frameworks.get(key);
    const after = change.entry?.framework ?? undefined;
    if (after) frameworks.set(key, after);
    else frameworks.delete(key);
    return differences(before, after).map(([type, what, target, place]): ExpectedEvent => {
      const [kind, where] = Array.isArray(place) ? place : ['group', tenant];
      const many = place && 'projects' in place ? place.projects.toSorted((a, b) => a - b) : null;
      return {
        id: eventId(occurred_at, headers['ce_source']!, headers['ce_id']!, type, what),
        where: `${type} ${what} of ${headers['ce_id']}`,
        fault: ({ type: is, scope, target: about, consolidation }) => {
          const listed = consolidation?.affected_projects_sample?.map(Number) ?? null;
          const found = canonical([is, about.id, scope.type, scope.id, listed]);
          const right = canonical([type, target, kind, String(where), many]);
          return found === right ? undefined : `It says ${found}, and should say ${right}.`;
        },
      };
    });
  });
}

/** Controls of tenants are only ever added. */
function newControl(
  { key, occurred_at, entry }: DirectoryChanged,
  headers: TopicRecord<unknown>['headers'],
  known: Set<string>,
): ExpectedEvent[] {
  if (known.has(key)) return [];
  known.add(key);
  const type = 'create_compliance_control';
  const { name } = entry!.control!;
  return [
    {
      id: eventId(occurred_at, headers['ce_source']!, headers['ce_id']!, type, ''),
      where: `${type} ${key}`,
      fault: ({ type: is, target }) =>
        is === type && target.id === name ? undefined : `It is a ${is} of ${target.id}.`,
    },
  ];
}

function differences(before?: Framework, after?: Framework): Difference[] {
  const id = String((after ?? before)?.id);
  const named = (type: string): Difference => [type, '', id];
  if (!before && !after) return [];
  if (!after) return [named('destroy_compliance_framework'), ...placesOf(before, undefined)];
  const parts = [...requirementsOf(before, after), ...placesOf(before, after)];
  if (!before) return [named('create_compliance_framework'), ...parts];
  const own = ({ name, description, color, by_default }: Framework) =>
    canonical([name, description, color, by_default]);
  return own(before) === own(after) ? parts : [named('update_compliance_framework'), ...parts];
}

function requirementsOf(before: Framework | undefined, after: Framework): Difference[] {
  const [was, is] = [before?.requirements ?? [], after.requirements];
  const ids = [...new Set([...was, ...is].map(({ id }) => id))];
  return ids.flatMap((id) => {
    const [old, now] = [was, is].map((list) => list.find((each) => each.id === id));
    const named = (type: string): Difference => [type, `requirement/${id}`, String(id)];
    if (!now) return [named('destroyed_compliance_requirement')];
    if (!old) return [named('created_compliance_requirement'), ...controlsOf([], now)];
    const renamed = canonical([old.name, old.description]) !== canonical([now.name, now.description]);
    const controls = controlsOf(old.controls, now);
    return renamed ? [named('update_compliance_requirement'), ...controls] : controls;
  });
}

function controlsOf(before: string[], { id, controls }: Requirement): Difference[] {
  const told =
    (type: string) =>
    (name: string): Difference => [type, `requirement/${id}/${name}`, name];
  return [
    ...gone(controls, before).map(told('created_compliance_requirement_control')),
    ...gone(before, controls).map(told('destroyed_compliance_requirement_control')),
  ];
}

/** A group has an event of its own; so has a project, but several together have one in the root namespace. */
function placesOf(before: Framework | undefined, after: Framework | undefined): Difference[] {
  const framework = String((after ?? before)!.id);
  return (['project', 'group'] as const).flatMap((kind) => {
    const [was, is] = [before, after].map((each) => each?.[`${kind}s`] ?? []) as [number[], number[]];
    const told = (type: string, ids: number[]): Difference[] =>
      kind === 'project' && ids.length > 1
        ? [[type, 'projects', framework, { projects: ids }]]
        : ids.map((id) => [type, `${kind}/${id}`, framework, [kind, id]]);
    return [
      ...told('compliance_framework_removed', gone(was, is)),
      ...told('compliance_framework_added', gone(is, was)),
    ];
  });
}

/** What is in the first and not in the second. */
const gone = <T>(first: readonly T[], second: readonly T[]): T[] =>
  first.filter((each) => !second.includes(each));
