import { transitionFault, violationStatuses, type ViolationStatus } from '@auditmesh/compliance';
import { ApiProperty } from '@nestjs/swagger';
import { ActorJson, rfc3339 } from '../audit-events/audit-event.json.js';
import type { ViolationRow } from '../store/violation.entity.js';

const nullable = { type: String, nullable: true } as const;
const moment = { format: 'date-time', description: 'RFC 3339 in UTC with microseconds' } as const;

export class ProjectOfViolationJson {
  @ApiProperty() id!: number;
  @ApiProperty({ description: 'Full path when it was detected' }) path!: string;
  @ApiProperty({ description: 'Group that it was in' }) namespace_id!: number;
  @ApiProperty({ description: 'Root of that group' }) root_namespace_id!: string;
}

export class EventOfViolationJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() type!: string;
  @ApiProperty({ description: 'Where the event is to be had' }) url!: string;
}

export class RequirementOfViolationJson {
  @ApiProperty() framework_id!: number;
  @ApiProperty({ description: 'As it was called then, like all of these' }) framework_name!: string;
  @ApiProperty() requirement_id!: number;
  @ApiProperty() requirement_name!: string;
}

/** A violation as lists and exports show it. */
export class ViolationJson {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: violationStatuses }) status!: ViolationStatus;
  @ApiProperty({ enum: violationStatuses, isArray: true, description: 'What it can become' })
  next_statuses!: ViolationStatus[];
  @ApiProperty({ enum: ['low', 'medium', 'high', 'critical'] }) severity!: string;
  @ApiProperty({ description: 'Name of the control; external/{id} for an external one' }) control!: string;
  @ApiProperty({ description: 'Title of the control' }) title!: string;
  @ApiProperty({ ...moment, description: 'When the event happened that broke the control' })
  detected_at!: string;
  @ApiProperty(moment) updated_at!: string;
  @ApiProperty({ ...moment, ...nullable, description: 'Since when it is resolved or dismissed' })
  closed_at!: string | null;
  @ApiProperty() project!: ProjectOfViolationJson;
  @ApiProperty({ description: 'Who acted in the event' }) actor!: ActorJson;
  @ApiProperty({ description: 'The event that broke the control' }) audit_event!: EventOfViolationJson;
  @ApiProperty({ type: [RequirementOfViolationJson], description: 'What asked for the control' })
  requirements!: RequirementOfViolationJson[];
  @ApiProperty({ description: 'The expression of the control, in CEL, as it was' }) expression!: string;
  @ApiProperty({ type: Object, description: 'The fields that it names, with their values' })
  values!: unknown;
}

export class ViolationPage {
  @ApiProperty({ type: [ViolationJson] }) items!: ViolationJson[];
  @ApiProperty({ ...nullable, description: 'Cursor of the next page; null on the last' }) next!:
    string | null;
}

/** Name of a status that a table has as a number. */
export const statusName = (number: number): ViolationStatus => violationStatuses[number]!;

export const nextStatuses = (status: ViolationStatus): ViolationStatus[] =>
  violationStatuses.filter((to) => !transitionFault(status, to, 'a reason'));

export function violationJson(row: ViolationRow, requirements: RequirementOfViolationJson[]): ViolationJson {
  const status = statusName(row.status);
  return {
    id: row.id,
    status,
    next_statuses: nextStatuses(status),
    severity: row.severity,
    control: row.control,
    title: row.title,
    detected_at: rfc3339(row.detected_at),
    updated_at: rfc3339(row.updated_at),
    closed_at: row.closed_at && rfc3339(row.closed_at),
    project: {
      id: Number(row.project_id),
      path: row.project_path,
      namespace_id: Number(row.namespace_id),
      root_namespace_id: row.tenant,
    },
    actor: {
      id: row.actor_id,
      type: row.actor_type,
      name: row.actor_name,
      email: row.actor_email,
      ip: row.actor_ip,
      user_agent: row.actor_user_agent,
    },
    audit_event: {
      id: row.audit_event_id,
      type: row.audit_event_type,
      url: `/api/v1/audit-events/${row.audit_event_id}`,
    },
    requirements,
    expression: row.compliance_requirement_expression.expression,
    values: row.compliance_requirement_expression.values,
  };
}
