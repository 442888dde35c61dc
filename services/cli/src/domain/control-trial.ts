import {
  type Control,
  evaluate,
  type EventFacts,
  type ProjectFacts,
  type Result,
  type Snapshot,
} from '@auditmesh/controls';

/** What a control says of one event or project. */
export interface Trial {
  /** The event's type and id, or the project's path. */
  of: string;
  result: Result | 'not_triggered';
  reason: string | null;
  values: Snapshot;
}

/** Id of the project that an event belongs to; null if it belongs to none. */
export function projectIdOf({ scope }: EventFacts): number | null {
  return scope?.type === 'project' && /^\d+$/.test(scope.id ?? '') ? Number(scope.id) : null;
}

/** Tries a control on an event, as the mesh would if the control were required of the project. */
export function tryOnEvent(
  control: Control,
  triggers: readonly string[],
  event: EventFacts,
  project: ProjectFacts | null,
): Trial {
  const of = `${event.type} ${event.id ?? ''}`.trimEnd();
  if (!triggers.includes(event.type)) return { of, result: 'not_triggered', reason: null, values: {} };
  const { result, reason, values } = evaluate(control, { event, project });
  return { of, result, reason, values };
}

/** Tries a control that is evaluated from settings on a project. */
export function tryOnProject(control: Control, project: ProjectFacts): Trial {
  const { result, reason, values } = evaluate(control, { event: null, project });
  return { of: project.path, result, reason, values };
}

/** The worst of the results: a failure, then what has no answer; `not_triggered` where nothing was evaluated. */
export function worst(trials: readonly Trial[]): Trial['result'] {
  const found = (['fail', 'indeterminate', 'pass'] as const).find((each) =>
    trials.some(({ result }) => result === each),
  );
  return found ?? 'not_triggered';
}

/** The project of an entry of a directory file; undefined if it lacks its numbers or its path. */
export function projectOf(entry: Record<string, unknown>): ProjectFacts | undefined {
  const { id, path, namespace, settings } = entry;
  if (!Number.isSafeInteger(id) || typeof path !== 'string' || !Number.isSafeInteger(namespace))
    return undefined;
  const known =
    typeof settings === 'object' && settings !== null ? (settings as ProjectFacts['settings']) : {};
  return {
    ...{ id: id as number, path, namespace_id: namespace as number, settings: known },
    ...{ archived: entry.archived === true, personal: entry.personal === true },
  };
}
