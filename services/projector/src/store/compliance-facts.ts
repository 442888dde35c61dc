import {
  violationStatuses,
  type ControlFacts,
  type StateOfControl,
  type ViolationFacts,
} from '@auditmesh/compliance';
import { formatMicros } from '@auditmesh/events';
import type pg from 'pg';
import type { Question } from '../domain/status-rows.js';
import { arraysOf, micros, unnested } from './rows.js';

type Facts = Map<string, { states: ControlFacts['states'][number][]; violations: ViolationFacts[] }>;

/** What decides about controls of projects, as far as it is asked for; by project and control. */
export async function complianceFacts(
  client: pg.ClientBase,
  questions: readonly Question[],
): Promise<Map<number, ReadonlyMap<string, ControlFacts>>> {
  const facts = new Map<number, Facts>(questions.map(({ projectId }) => [projectId, new Map()]));
  const of = (projectId: string, control: string) => {
    const controls = facts.get(Number(projectId))!;
    const known = controls.get(control) ?? { states: [], violations: [] };
    controls.set(control, known);
    return known;
  };
  for (const { project, control, at, state } of await states(client, questions))
    of(project, control).states.push({ at: Number(at), state });
  for (const { project, control, at } of await untouched(client, questions))
    of(project, control).violations.push({ at: Number(at), transitions: [] });
  for (const { project, control, at, times, to } of await moved(client, questions)) {
    const transitions = times.map((time, i) => ({ at: Number(time), to: violationStatuses[to[i]!]! }));
    of(project, control).violations.push({ at: Number(at), transitions });
  }
  return facts;
}

interface Row {
  project: string;
  control: string;
  at: string;
}

const asked = { project: 'bigint', control: 'text', since: 'timestamptz' };

const askedControls = (questions: readonly Question[]) =>
  arraysOf(
    asked,
    questions.flatMap(({ projectId, controls, from }) =>
      controls.map((control) => ({ project: projectId, control, since: timeText(from) })),
    ),
  );

/** In the order in which they were recorded: the one that holds at the time asked for, and those after it. */
async function states(client: pg.ClientBase, questions: readonly Question[]) {
  const state = `SELECT s.at, s.state, s.recorded_at, s.kafka_offset FROM project_control_states s
    WHERE s.project_id = q.project AND s.control = q.control AND s.at`;
  const { rows } = await client.query<Row & { state: StateOfControl }>(
    `SELECT q.project, q.control, ${micros('s.at')} AS at, s.state FROM ${unnested(asked)} q (project, control, since),
     LATERAL (
       (${state} <= q.since ORDER BY s.at DESC, s.recorded_at DESC, s.kafka_offset DESC LIMIT 1)
       UNION ALL ${state} > q.since
     ) s ORDER BY s.recorded_at, s.kafka_offset`,
    askedControls(questions),
  );
  return rows;
}

/** Of violations whose status never changed the first is enough: it fails ever since. */
async function untouched(client: pg.ClientBase, questions: readonly Question[]) {
  const { rows } = await client.query<Row>(
    `SELECT q.project, q.control, ${micros('v.detected_at')} AS at FROM ${unnested(asked)} q (project, control, since),
     LATERAL (SELECT detected_at FROM project_compliance_violations v
       WHERE v.project_id = q.project AND v.control = q.control AND v.transitions = 0 ORDER BY detected_at LIMIT 1) v`,
    askedControls(questions),
  );
  return rows;
}

/** Violations with transitions that are open, or were closed after the time asked for. */
async function moved(client: pg.ClientBase, questions: readonly Question[]) {
  const columns = { project: 'bigint', since: 'timestamptz' };
  const { rows } = await client.query<Row & { times: string[]; to: number[] }>(
    `SELECT q.project, v.control, ${micros('v.detected_at')} AS at, c.times, c.to
     FROM ${unnested(columns)} q (project, since)
     JOIN project_compliance_violations v ON v.project_id = q.project AND v.transitions > 0
       AND coalesce(v.closed_at, 'infinity') > q.since,
     LATERAL (SELECT array_agg(${micros('at')} ORDER BY number) AS times, array_agg(to_status ORDER BY number) AS to
       FROM project_compliance_violation_changes c WHERE c.violation_id = v.id AND c.kind = 'transition') c`,
    arraysOf(
      columns,
      questions.map(({ projectId, from }) => ({ project: projectId, since: timeText(from) })),
    ),
  );
  return rows;
}

const timeText = (time: number): string => (time === -Infinity ? '-infinity' : formatMicros(time));
