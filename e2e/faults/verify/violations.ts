import { eventId, type ComplianceChange } from '@auditmesh/events';
import type { Evidence } from './evidence.ts';
import { ENGINE, saidBy, type ExpectedChange, type Occasion } from './expected-change.ts';
import { DirectoryThen } from './directory-then.ts';
import type { Findings } from './findings.ts';
import type { ToldOfMergeRequests } from './merge-requests.ts';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';
import { ViolationsModel } from './violations-model.ts';

/** Events are taken before commands: nobody asks about a violation before it is known, and no event changes one of these. */
export function modelOfViolations(
  evidence: Evidence,
  merges: ToldOfMergeRequests['merges'],
): ViolationsModel {
  const model = new ViolationsModel(new DirectoryThen(evidence.directoryChanges), merges);
  for (const record of evidence.events) if (record.value && !record.poison) model.take(record);
  for (const record of evidence.commands)
    if (record.sentAs && record.value && !record.poison) model.obey(record);
  return model;
}

/** Checks that every change of a violation or control is told exactly once, as it must be. */
export function checkChanges(
  actual: TopicRecord<ComplianceChange>[],
  expected: ExpectedChange[],
  findings: Findings,
): void {
  const byId = Map.groupBy(
    actual.flatMap(({ value }) => value ?? []),
    ({ id }) => id,
  );
  for (const { id, where, says } of expected) {
    findings.expect();
    const found = byId.get(id) ?? [];
    if (!found.length) findings.lost(where, `The change ${id} is not told.`);
    if (found.length > 1) findings.doubled(where, `The change ${id} is told ${found.length} times.`);
    for (const change of found) {
      const said = saidBy(change);
      if (said !== says) findings.wrong(where, `It says ${said}, and should say ${says}.`);
    }
    byId.delete(id);
  }
  for (const [id, [change]] of byId)
    findings.wrong(
      `${change!.control} in ${change!.project_id}`,
      `Nothing that was sent explains the change ${id}, which says ${saidBy(change!)}.`,
    );
}

/** An audit event for each change of a violation after its detection. */
export const eventsOfUpdates = (expected: ExpectedChange[]): ExpectedEvent[] =>
  expected.flatMap(({ where, update }) =>
    update
      ? [
          {
            id: eventId(update.at, ENGINE, update.violation, String(update.number)),
            where: `event of ${where}`,
            fault: ({ type, target }) =>
              type === 'update_project_compliance_violation' && target.id === update.violation
                ? undefined
                : `It is a ${type} of ${target.id}.`,
          } satisfies ExpectedEvent,
        ]
      : [],
  );

/**
 * An audit event whenever a control of a project begins to fail or passes again; by an event of a group its window tells.
 * Whether a command came before an event is a matter of timing, so the changes are followed in the order in which they
 * are told.
 */
export function eventsOfStatuses(
  actual: TopicRecord<ComplianceChange>[],
  expected: ExpectedChange[],
): ExpectedEvent[] {
  const byId = new Map(expected.map((change) => [change.id, change]));
  const tracks = new Map<string, { open: Set<string>; failing: boolean }>();
  const known = actual.flatMap(({ value }) => (value && byId.has(value.id) ? [value] : []));
  return known.flatMap((change, i): ExpectedEvent[] => {
    const name = nameOf(change);
    const track = tracks.get(name) ?? { open: new Set(), failing: false };
    tracks.set(name, track);
    follow(track.open, change);
    const following = known[i + 1];
    const isSettled = !following || nameOf(following) !== name || following.cause.id !== change.cause.id;
    const failing = track.open.size > 0;
    if (!isSettled || failing === track.failing) return [];
    track.failing = failing;
    const { occasion } = byId.get(change.id)!;
    return occasion.ofGroup ? [] : [statusEvent(occasion, failing ? 'fail' : 'pass')];
  });
}

const nameOf = ({ project_id, control }: ComplianceChange): string => `${project_id}/${control}`;

function follow(open: Set<string>, { detection, transition }: ComplianceChange): void {
  if (detection) open.add(detection.violation_id);
  if (!transition) return;
  const { violation_id, to } = transition;
  if (to === 'resolved' || to === 'dismissed') open.delete(violation_id);
  else open.add(violation_id);
}

function statusEvent({ project, control, at, cause }: Occasion, status: 'fail' | 'pass'): ExpectedEvent {
  const type = `compliance_control_status_${status}`;
  return {
    id: eventId(at, ENGINE, cause, String(project), control, 'status', status),
    where: `${status} of ${control} in ${project} by ${cause}`,
    fault: ({ type: is, scope, target }) =>
      is === type && scope.id === String(project) && target.id === control
        ? undefined
        : `It is a ${is} of ${target.id} in ${scope.id}.`,
  };
}
