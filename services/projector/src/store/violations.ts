import { Injectable } from '@nestjs/common';
import type pg from 'pg';
import type { Touch } from '../domain/status-rows.js';
import {
  changeRow,
  movedRow,
  numberedOf,
  requirementsOfViolation,
  stateRow,
  violationRow,
  type RecordedChange,
} from '../domain/violation-rows.js';
import { lockCompliance } from './compliance-lock.js';
import { Database } from './database.js';
import { Offsets, type OffsetRange } from './offsets.js';
import { arraysOf, insertRows, unnested } from './rows.js';
import { Statuses } from './statuses.js';

const violationColumns = {
  ...{
    id: 'uuid',
    created_at: 'timestamptz',
    updated_at: 'timestamptz',
    detected_at: 'timestamptz',
    tenant: 'text',
  },
  ...{
    project_id: 'bigint',
    project_path: 'text',
    namespace_id: 'bigint',
    compliance_requirement_id: 'bigint',
  },
  ...{ compliance_requirement_expression: 'jsonb', audit_event_id: 'uuid', audit_event_type: 'text' },
  ...{
    audit_event_log: 'text',
    log: 'text',
    control: 'text',
    title: 'text',
    severity: 'text',
    actor_id: 'text',
    actor_type: 'text',
  },
  ...{ actor_name: 'text', actor_email: 'text', actor_ip: 'text', actor_user_agent: 'text' },
};
const requirementColumns = {
  ...{
    violation_id: 'uuid',
    compliance_requirement_id: 'bigint',
    requirement_name: 'text',
    framework_id: 'bigint',
  },
  ...{ framework_name: 'text', position: 'int', detected_at: 'timestamptz' },
};
const changeColumns = {
  ...{
    violation_id: 'uuid',
    number: 'int',
    id: 'uuid',
    kind: 'text',
    at: 'timestamptz',
    recorded_at: 'timestamptz',
  },
  ...{
    actor: 'jsonb',
    cause_id: 'text',
    cause_topic: 'text',
    from_status: 'smallint',
    to_status: 'smallint',
  },
  ...{
    automatic: 'boolean',
    reason: 'text',
    comment: 'text',
    url: 'text',
    title: 'text',
    removed: 'boolean',
  },
};
const stateColumns = {
  ...{ project_id: 'bigint', control: 'text', at: 'timestamptz', id: 'uuid', recorded_at: 'timestamptz' },
  ...{
    kafka_offset: 'bigint',
    tenant: 'text',
    state: 'text',
    reason: 'text',
    values: 'jsonb',
    due_at: 'timestamptz',
  },
  ...{ cause_id: 'text', cause_topic: 'text' },
};
const movedColumns = {
  ...{ id: 'uuid', updated_at: 'timestamptz', status: 'smallint', closed_at: 'timestamptz' },
  ...{ transitions: 'int', changes: 'int' },
};

/** A change that cannot be, by what is there, and why, in a sentence. */
export interface Refused<C extends RecordedChange> {
  change: C;
  reason: string;
}

/** Writes violations with their history, states of controls, and what follows for statuses. */
@Injectable()
export class Violations {
  constructor(
    private readonly database: Database,
    private readonly statuses: Statuses,
  ) {}

  /**
   * Makes the changes and the offset durable in one transaction. What is there already changes nothing.
   *
   * @param refuse told, before the commit, of changes of violations that are not there
   * @throws OffsetMoved, PostgresUnavailable
   */
  async write<C extends RecordedChange>(
    range: OffsetRange,
    changes: readonly C[],
    refuse: (refused: Refused<C>[]) => Promise<void>,
  ): Promise<void> {
    await this.database.transaction(async (client) => {
      await Offsets.move(client, range);
      if (!changes.length) return;
      await lockCompliance(client, 'shared');
      const detected = await insertDetections(
        client,
        changes.filter(({ change }) => change.detection),
      );
      const { known, refused } = await sortOut(
        client,
        changes.filter(({ change }) => numberedOf(change)),
      );
      await refuse(refused);
      const moved = await insertMoves(client, known);
      const states = await insertStates(
        client,
        changes.filter(({ change }) => change.control_state),
      );
      await this.statuses.refresh(client, touchesOf(detected, [...moved, ...states]));
    });
  }
}

/** @returns those that are new */
async function insertDetections<C extends RecordedChange>(client: pg.ClientBase, changes: C[]): Promise<C[]> {
  const byId = new Map<string, C>();
  for (const each of changes) {
    const { violation_id } = each.change.detection!;
    if (!byId.has(violation_id)) byId.set(violation_id, each);
  }
  const inserted = await insertRows<{ id: string }>(
    client,
    'project_compliance_violations',
    violationColumns,
    [...byId.values()].map(violationRow),
    'ON CONFLICT DO NOTHING RETURNING id',
  );
  const fresh = inserted.map(({ id }) => byId.get(id)!);
  await insertRows(
    client,
    'project_compliance_violation_requirements',
    requirementColumns,
    fresh.flatMap(requirementsOfViolation),
    'ON CONFLICT DO NOTHING',
  );
  await insertRows(client, 'project_compliance_violation_changes', changeColumns, fresh.map(changeRow));
  return fresh;
}

/** Tells changes of violations that are there from those of others. */
async function sortOut<C extends RecordedChange>(
  client: pg.ClientBase,
  changes: C[],
): Promise<{ known: C[]; refused: Refused<C>[] }> {
  if (!changes.length) return { known: [], refused: [] };
  const { rows } = await client.query<{ id: string; project_id: string; control: string }>(
    'SELECT id, project_id, control FROM project_compliance_violations WHERE id = ANY ($1)',
    [[...new Set(changes.map(({ change }) => numberedOf(change)!.violationId))]],
  );
  const there = new Set(rows.map(({ id, project_id, control }) => `${id} ${project_id} ${control}`));
  const [known, refused]: [C[], Refused<C>[]] = [[], []];
  for (const each of changes) {
    const { project_id, control } = each.change;
    const { violationId } = numberedOf(each.change)!;
    if (there.has(`${violationId} ${project_id} ${control}`)) known.push(each);
    else {
      const reason = `The project ${project_id} has no violation ${violationId} of the control ${control}.`;
      refused.push({ change: each, reason });
    }
  }
  return { known, refused };
}

/** @returns the transitions that are new */
async function insertMoves(
  client: pg.ClientBase,
  changes: readonly RecordedChange[],
): Promise<RecordedChange[]> {
  const placeOf = ({ change }: RecordedChange) => {
    const { violationId, number } = numberedOf(change)!;
    return `${violationId}/${number}`;
  };
  const inserted = await insertRows<{ id: string; number: number }>(
    client,
    'project_compliance_violation_changes',
    changeColumns,
    changes.map(changeRow),
    'ON CONFLICT DO NOTHING RETURNING violation_id AS id, number',
  );
  const byPlace = new Map(changes.toReversed().map((each) => [placeOf(each), each]));
  const fresh = inserted.map(({ id, number }) => byPlace.get(`${id}/${number}`)!);
  fresh.sort((a, b) => numberedOf(a.change)!.number - numberedOf(b.change)!.number);
  const byViolation = Map.groupBy(fresh, ({ change }) => numberedOf(change)!.violationId);
  const rows = [...byViolation].map(([id, list]) => movedRow(id, list));
  if (rows.length)
    await client.query(
      `UPDATE project_compliance_violations v SET updated_at = n.updated_at, status = coalesce(n.status, v.status),
         closed_at = CASE WHEN n.status IS NULL THEN v.closed_at ELSE n.closed_at END,
         transitions = v.transitions + n.transitions, changes = greatest(v.changes, n.changes)
       FROM ${unnested(movedColumns)} n (${Object.keys(movedColumns).join(', ')}) WHERE v.id = n.id`,
      arraysOf(movedColumns, rows),
    );
  return fresh.filter(({ change }) => change.transition);
}

/** @returns those that are new */
async function insertStates(
  client: pg.ClientBase,
  changes: readonly RecordedChange[],
): Promise<RecordedChange[]> {
  const byId = new Map(changes.toReversed().map((each) => [each.change.id, each]));
  const inserted = await insertRows<{ id: string }>(
    client,
    'project_control_states',
    stateColumns,
    [...byId.values()].map(stateRow),
    'ON CONFLICT DO NOTHING RETURNING id',
  );
  return inserted.map(({ id }) => byId.get(id)!);
}

/** What is to be told anew, by project. */
function touchesOf(
  detected: readonly RecordedChange[],
  others: readonly RecordedChange[],
): Map<number, Touch> {
  const touches = new Map<number, Touch>();
  for (const { change } of detected) {
    const { project_id, control, at } = change;
    const touch = touches.get(project_id) ?? { from: at, failing: new Map<string, number>() };
    touch.from = Math.min(touch.from, at);
    touch.failing!.set(control, Math.min(at, touch.failing!.get(control) ?? at));
    touches.set(project_id, touch);
  }
  for (const { change } of others) {
    const { project_id, at } = change;
    touches.set(project_id, { from: Math.min(at, touches.get(project_id)?.from ?? at), failing: undefined });
  }
  return touches;
}
