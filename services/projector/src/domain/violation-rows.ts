import { isOpen, violationStatuses, type ViolationStatus } from '@auditmesh/compliance';
import { formatMicros, type ComplianceChange } from '@auditmesh/events';

/** A change with what its record says of it. */
export interface RecordedChange {
  change: ComplianceChange;
  /** Key of the record. */
  log: string;
  offset: number;
  /** Append time of the record, ms. */
  recordedAt: number;
}

/** Of which violation it tells, and which of its changes it is. */
export interface Numbered {
  violationId: string;
  number: number;
}

/** A transition, a comment or a link; undefined for what is none. */
export function numberedOf({ transition, comment, link }: ComplianceChange): Numbered | undefined {
  const { violation_id, number } = transition ?? comment ?? link ?? {};
  return violation_id === undefined ? undefined : { violationId: violation_id, number: number! };
}

export function violationRow({ change, log, recordedAt }: RecordedChange): Record<string, unknown> {
  const { tenant, project_id, control, at, actor } = change;
  const { violation_id, expression, values, requirements, ...detection } = change.detection!;
  const recorded = formatMicros(recordedAt * 1000);
  return {
    ...{ id: violation_id, created_at: recorded, updated_at: recorded, detected_at: formatMicros(at) },
    ...{ tenant, log, project_id, control, compliance_requirement_id: requirements[0]?.requirement_id },
    ...detection,
    compliance_requirement_expression: `{"expression":${JSON.stringify(expression)},"values":${values}}`,
    ...{ actor_id: actor.id, actor_type: actor.type, actor_name: actor.name },
    ...{ actor_email: actor.email, actor_ip: actor.ip, actor_user_agent: actor.user_agent },
  };
}

export function requirementsOfViolation({ change }: RecordedChange): Record<string, unknown>[] {
  const { violation_id, requirements } = change.detection!;
  return requirements.map(({ requirement_id, ...names }, position) => ({
    ...{ violation_id, compliance_requirement_id: requirement_id, position },
    ...{ ...names, detected_at: formatMicros(change.at) },
  }));
}

export function changeRow({ change, recordedAt }: RecordedChange): Record<string, unknown> {
  const { id, at, actor, cause, detection, transition, comment, link } = change;
  const { violationId = detection!.violation_id, number = 0 } = numberedOf(change) ?? {};
  return {
    ...{
      violation_id: violationId,
      number,
      id,
      at: formatMicros(at),
      recorded_at: formatMicros(recordedAt * 1000),
    },
    ...{ actor, cause_id: cause.id, cause_topic: cause.topic },
    kind: detection ? 'detected' : transition ? 'transition' : comment ? 'comment' : 'link',
    from_status: transition && numberOf(transition.from),
    to_status: transition ? numberOf(transition.to) : detection ? 0 : null,
    ...{ automatic: transition?.automatic, reason: transition?.reason, comment: comment?.text },
    ...{ url: link?.url, title: link?.title, removed: link?.removed },
  };
}

export function stateRow({ change, offset, recordedAt }: RecordedChange): Record<string, unknown> {
  const { id, tenant, project_id, control, at, cause } = change;
  const { due_at, ...state } = change.control_state!;
  return {
    ...{
      id,
      tenant,
      project_id,
      control,
      at: formatMicros(at),
      recorded_at: formatMicros(recordedAt * 1000),
    },
    ...{ kafka_offset: offset, ...state, due_at: due_at === null ? null : formatMicros(due_at) },
    ...{ cause_id: cause.id, cause_topic: cause.topic },
  };
}

/** What changes of a violation make of its row. @param changes in the order of their numbers, at least one */
export function movedRow(violationId: string, changes: readonly RecordedChange[]): Record<string, unknown> {
  const last = changes.at(-1)!;
  const moves = changes.filter(({ change }) => change.transition);
  const move = moves.at(-1)?.change;
  const to = move?.transition!.to as ViolationStatus | undefined;
  return {
    id: violationId,
    updated_at: formatMicros(last.recordedAt * 1000),
    status: to && numberOf(to),
    closed_at: to && !isOpen(to) ? formatMicros(move!.at) : null,
    transitions: moves.length,
    changes: numberedOf(last.change)!.number,
  };
}

const numberOf = (status: string): number => violationStatuses.indexOf(status as ViolationStatus);
