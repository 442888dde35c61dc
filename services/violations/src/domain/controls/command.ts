import { isViolationStatus, transitionFault } from '@auditmesh/compliance';
import { type ComplianceCommand, topics } from '@auditmesh/events';
import type { Occasion } from './changes.js';
import { takeVerdict } from './external-verdicts.js';
import { judgeGroup } from './group-event.js';
import { asOf } from './judge.js';
import { comment, link, move, settleStatus } from './steps.js';
import type { ControlsTask } from './task.js';
import type { Row } from './violation-table.js';

/** A command that comes again is known for so long, as long as its topic keeps it, µs. */
const REMEMBERED = 90 * 86_400_000_000;

/**
 * Does what a command asks. One that was handled before changes nothing.
 *
 * @param log its key
 * @param recordedAt when it was appended, µs since the epoch
 * @returns why it cannot be done, in a sentence, and then nothing is; undefined if it was
 */
export function applyCommand(
  task: ControlsTask,
  command: ComplianceCommand,
  log: string,
  recordedAt: number,
): string | undefined {
  const { remembered } = task;
  const { id, actor, evaluation } = command;
  if (evaluation) {
    const { event, recorded_at } = evaluation;
    judgeGroup(task, { event, recordedAt: recorded_at * 1_000 }, log);
    return undefined;
  }
  if (remembered.hasCommand(id)) return undefined;
  const at = asOf(command.occurred_at, recordedAt);
  const occasion = { log, at, actor, cause: { id, topic: topics.complianceCommands.name } };
  const fault = command.verdict
    ? takeVerdict(task, occasion, command)
    : changeViolation(task, occasion, command);
  if (fault === undefined) remembered.addCommand(id, recordedAt + REMEMBERED);
  return fault;
}

function changeViolation(
  task: ControlsTask,
  occasion: Occasion,
  command: ComplianceCommand,
): string | undefined {
  const { transition } = command;
  const asked = transition ?? command.comment ?? command.link;
  if (!asked) return 'The command asks for nothing.';
  const row = task.remembered.violations.find(asked.violation_id);
  const fault =
    row === undefined
      ? `There is no violation ${asked.violation_id} in this log.`
      : faultOf(task, row, command);
  if (row === undefined || fault !== undefined) return fault;
  if (transition) move(task, occasion, row, { ...transition, to: transition.to as never, automatic: false });
  else if (command.comment) comment(task, occasion, row, command.comment.text);
  else link(task, occasion, row, command.link!);
  settleStatus(task, occasion, task.remembered.trackOf(row));
  return undefined;
}

function faultOf(
  { remembered }: ControlsTask,
  row: Row,
  { project_id, transition, comment: said }: ComplianceCommand,
): string | undefined {
  const { projectId } = remembered.trackOf(row);
  if (project_id !== projectId) return `The violation is one of project ${projectId}, not of ${project_id}.`;
  if (said && !said.text.trim()) return 'The comment says nothing.';
  if (!transition) return undefined;
  const { to, reason } = transition;
  if (!isViolationStatus(to)) return `A violation cannot become "${to}"; there is no such status.`;
  return transitionFault(remembered.violations.status(row), to, reason);
}
