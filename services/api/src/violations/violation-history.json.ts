import { violationStatuses, type ViolationStatus } from '@auditmesh/compliance';
import { ApiProperty } from '@nestjs/swagger';
import { ActorJson, CauseJson, rfc3339 } from '../audit-events/audit-event.json.js';
import { statusName, ViolationJson } from './violation.json.js';

const nullable = { type: String, nullable: true } as const;
const moment = { format: 'date-time', description: 'RFC 3339 in UTC with microseconds' } as const;

class ChangeJson {
  @ApiProperty({ description: 'Counts transitions, comments and links of the violation; 0 is its detection' })
  number!: number;
  @ApiProperty(moment) at!: string;
  @ApiProperty({ ...moment, description: 'When it was appended to the topic' }) recorded_at!: string;
  @ApiProperty() actor!: ActorJson;
  @ApiProperty({ description: 'The audit event or command that it was made from' }) cause!: CauseJson;
}

export class TransitionJson extends ChangeJson {
  @ApiProperty({ enum: violationStatuses, nullable: true, description: 'Null for the detection' })
  from!: ViolationStatus | null;
  @ApiProperty({ enum: violationStatuses }) to!: ViolationStatus;
  @ApiProperty({ description: 'Whether the engine did it by itself' }) automatic!: boolean;
  @ApiProperty(nullable) reason!: string | null;
}

export class CommentJson extends ChangeJson {
  @ApiProperty() text!: string;
}

export class LinkJson extends ChangeJson {
  @ApiProperty() url!: string;
  @ApiProperty(nullable) title!: string | null;
}

/** What happened to a violation, in its order. */
export class ViolationHistoryJson {
  @ApiProperty({ type: [TransitionJson], description: 'Its detection, then every change of its status' })
  history!: TransitionJson[];
  @ApiProperty({ type: [CommentJson] }) comments!: CommentJson[];
  @ApiProperty({ type: [LinkJson], description: 'Those that were not removed' }) links!: LinkJson[];
}

/** A violation with all that happened to it. */
export class ViolationWithHistoryJson extends ViolationJson implements ViolationHistoryJson {
  @ApiProperty({ type: [TransitionJson], description: 'Its detection, then every change of its status' })
  history!: TransitionJson[];
  @ApiProperty({ type: [CommentJson] }) comments!: CommentJson[];
  @ApiProperty({ type: [LinkJson], description: 'Those that were not removed' }) links!: LinkJson[];
}

/** A row of `project_compliance_violation_changes`. */
export interface ChangeRow {
  violation_id: string;
  number: number;
  kind: 'detected' | 'transition' | 'comment' | 'link';
  at: string;
  recorded_at: string;
  actor: ActorJson;
  cause_id: string;
  cause_topic: string | null;
  from_status: number | null;
  to_status: number | null;
  automatic: boolean | null;
  reason: string | null;
  comment: string | null;
  url: string | null;
  title: string | null;
  removed: boolean | null;
}

/** @param rows of one violation, by number */
export function historyJson(rows: ChangeRow[]): ViolationHistoryJson {
  const moves = rows.filter(({ kind }) => kind === 'detected' || kind === 'transition');
  return {
    history: moves.map((row) => ({
      ...changeJson(row),
      from: row.from_status === null ? null : statusName(row.from_status),
      to: statusName(row.to_status ?? 0),
      automatic: row.automatic ?? true,
      reason: row.reason,
    })),
    comments: rows
      .filter(({ kind }) => kind === 'comment')
      .map((row) => ({ ...changeJson(row), text: row.comment! })),
    links: linksNow(rows).map((row) => ({ ...changeJson(row), url: row.url!, title: row.title })),
  };
}

/** Every link that was made or removed, in its order. */
export const linkHistory = (rows: ChangeRow[]): (LinkJson & { removed: boolean })[] =>
  rows
    .filter(({ kind }) => kind === 'link')
    .map((row) => ({ ...changeJson(row), url: row.url!, title: row.title, removed: row.removed ?? false }));

/** The newest row of each address, where it does not say that the link ended. */
function linksNow(rows: ChangeRow[]): ChangeRow[] {
  const links = new Map<string, ChangeRow>();
  for (const row of rows) if (row.kind === 'link') links.set(row.url!, row);
  return [...links.values()].filter(({ removed }) => !removed).toSorted((a, b) => a.number - b.number);
}

const changeJson = ({ number, at, recorded_at, actor, cause_id, cause_topic }: ChangeRow): ChangeJson => ({
  number,
  at: rfc3339(at),
  recorded_at: rfc3339(recorded_at),
  actor,
  cause: { id: cause_id, topic: cause_topic },
});
