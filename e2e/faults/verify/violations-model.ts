import {
  eventId,
  type AuditEvent,
  type ComplianceCommand,
  type MergeRequestChanged,
} from '@auditmesh/events';
import {
  actControls,
  complianceProjects,
  complianceTenants,
  GROUP_CONTROL,
  stateControls,
  type ComplianceTenant,
} from '../plan/compliance.ts';
import type { DirectoryThen } from './directory-then.ts';
import { ENGINE, expectedChange, type ExpectedChange, type Occasion } from './expected-change.ts';
import { windowOfGroup } from './group-windows.ts';
import { approvedByAuthor, approversOf } from './merge-requests.ts';
import type { TopicRecord } from './topic-record.ts';
import type { ExpectedWindow } from './windows.ts';

/** A violation as it stands. Times are µs since the epoch. */
export interface ExpectedViolation {
  project: number;
  control: string;
  at: number;
  status: string;
  changedAt: number;
  /** Of the latest transition, comment or link. */
  number: number;
}

const projects: ReadonlySet<number> = new Set(complianceTenants.flatMap(complianceProjects));
const next: Readonly<Record<string, readonly string[]>> = {
  detected: ['in_review', 'resolved', 'dismissed'],
  in_review: ['detected', 'resolved', 'dismissed'],
  resolved: ['detected'],
  dismissed: ['detected'],
};
const isOpen = ({ status }: ExpectedViolation) => status === 'detected' || status === 'in_review';

/** What the engine must make of events and commands, taken in the order of their partitions. */
export class ViolationsModel {
  readonly changes: ExpectedChange[] = [];
  readonly violations = new Map<string, ExpectedViolation>();
  /** By key, what is told together of the projects of a group. */
  readonly windows = new Map<string, ExpectedWindow>();
  /** Commands that must be in the dead-letter queue. */
  readonly refused: TopicRecord<ComplianceCommand>[] = [];
  private readonly directory: DirectoryThen;
  private readonly merges: ReadonlyMap<string, MergeRequestChanged>;
  /** By project and control, the time of the earliest evaluation. */
  private readonly since = new Map<string, number>();
  private readonly obeyed = new Set<string>();

  /** @param merges what was merged, by the id of the event that tells it */
  constructor(directory: DirectoryThen, merges: ReadonlyMap<string, MergeRequestChanged>) {
    this.directory = directory;
    this.merges = merges;
  }

  /** Judges an event of the trail by what was required of its project, or of those of its group, then. */
  take({ value, timestamp }: TopicRecord<AuditEvent>): void {
    const event = value!;
    const { scope, type } = event;
    const at = Math.min(event.occurred_at, timestamp * 1_000);
    if (scope.type === 'group' && type === 'member_added') this.takeOfGroup(event, at);
    const project = Number(scope.id);
    if (scope.type !== 'project' || !projects.has(project)) return;
    const settings = JSON.parse(this.directory.project(project, at)?.settings ?? '{}') as object;
    const merge = this.merges.get(event.id);
    for (const control of triggeredBy(type)) {
      const keeps = merge ? isKept(control, merge) : (settings as Record<string, unknown>)[control] === true;
      this.evaluated({ project, control, at, cause: event.id }, event, keeps);
    }
  }

  private takeOfGroup(event: AuditEvent, at: number): void {
    const tenant = event.scope.root_namespace_id as ComplianceTenant;
    if (!complianceTenants.includes(tenant)) return;
    const keeps = event.outcome === 'success';
    const concerned = complianceProjects(tenant).filter((project) =>
      this.evaluated({ project, control: GROUP_CONTROL, at, cause: event.id, ofGroup: true }, event, keeps),
    );
    if (keeps || !concerned.length) return;
    const window = windowOfGroup(event, at, GROUP_CONTROL, concerned);
    this.windows.set(window.key, window);
  }

  /** Does what a command asks, once, or refuses it. */
  obey(record: TopicRecord<ComplianceCommand>): void {
    const command = record.value!;
    const { id, project_id, transition, comment, link } = command;
    if (this.obeyed.has(id)) return;
    const violation = (transition ?? comment ?? link)!.violation_id;
    const known = this.violations.get(violation);
    if (!known || known.project !== project_id || !mayBe(known, command)) {
      this.refused.push(record);
      return;
    }
    this.obeyed.add(id);
    const { project, control } = known;
    const at = Math.min(command.occurred_at, record.timestamp * 1_000);
    const occasion = { project, control, at, cause: id };
    if (transition) this.move(occasion, violation, transition.to, false);
    else if (comment) this.update('comment', occasion, violation, at, (n) => [n, comment.text]);
    else this.update('link', occasion, violation, at, (n) => [n, link!.url, link!.removed]);
  }

  /** @returns whether the control was required */
  private evaluated(occasion: Occasion, event: AuditEvent, keeps: boolean): boolean {
    const { project, control, at } = occasion;
    const asking = this.directory.asking(project, control, at);
    if (!this.directory.project(project, at) || !asking.length) return false;
    const own = eventId(event.occurred_at, ENGINE, event.id, String(project), control);
    if (keeps && (stateControls as readonly string[]).includes(control))
      for (const [id, violation] of this.violations) {
        const isMended = violation.project === project && violation.control === control && id !== own;
        if (isMended && isOpen(violation) && violation.changedAt <= at)
          this.move(occasion, id, 'resolved', true);
      }
    if (!keeps && !this.violations.has(own)) {
      this.violations.set(own, { project, control, at, status: 'detected', changedAt: at, number: 0 });
      const content = [own, event.id, asking];
      this.changes.push(expectedChange('detection', occasion, at, ['detection'], content));
    }
    const since = this.since.get(`${project}/${control}`) ?? Infinity;
    if (at >= since) return true;
    this.since.set(`${project}/${control}`, at);
    this.changes.push(expectedChange('control_state', occasion, at, ['state', 'pass'], 'pass'));
    return true;
  }

  private move(occasion: Occasion, id: string, to: string, automatic: boolean): void {
    const violation = this.violations.get(id)!;
    const from = violation.status;
    violation.status = to;
    violation.changedAt = Math.max(violation.changedAt, occasion.at);
    this.update('transition', occasion, id, violation.changedAt, (n) => [n, from, to, automatic]);
  }

  private update(
    family: 'transition' | 'comment' | 'link',
    occasion: Occasion,
    id: string,
    at: number,
    content: (number: number) => unknown[],
  ): void {
    const number = ++this.violations.get(id)!.number;
    const change = expectedChange(family, occasion, at, [id, String(number)], [id, ...content(number)]);
    this.changes.push({ ...change, update: { violation: id, number, at } });
  }
}

function triggeredBy(type: string): readonly string[] {
  if (type === 'merge_request_merged') return actControls;
  return type === 'project_settings_updated' ? stateControls : [];
}

function isKept(control: string, merge: MergeRequestChanged): boolean {
  if (control === 'merge_request_prevent_author_approval') return !approvedByAuthor(merge);
  return approversOf(merge).length >= Number(control.at(-1));
}

function mayBe({ status }: ExpectedViolation, { transition, comment }: ComplianceCommand): boolean {
  if (comment) return comment.text.trim() !== '';
  if (!transition) return true;
  const { to, reason } = transition;
  return next[status]!.includes(to) && (to !== 'dismissed' || Boolean(reason?.trim()));
}
