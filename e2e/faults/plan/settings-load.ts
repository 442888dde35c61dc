import { eventId, noDetails, topics, type AuditEvent } from '@auditmesh/events';
import {
  complianceGroup,
  complianceProjects,
  complianceTenants,
  pathOfProject,
  stateControls,
  tenantOfProject,
} from './compliance.ts';
import { directoryRecord } from './directory-load.ts';
import { DIRECT_SOURCE } from './event-load.ts';
import { ann } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

const AHEAD_US = 3_600_000_000;

/** Changes of settings of projects, each told by an event, some of them again later. @param beganAt µs since the epoch */
export function settingsLoad(random: SeededRandom, size: Size, beganAt: number): LoadStep[] {
  return Array.from({ length: size.settings }, (_, n) => {
    const project = random.pick(complianceProjects(random.pick(complianceTenants)));
    const settings = Object.fromEntries(stateControls.map((name) => [name, random.chance(0.6)]));
    const atMs = random.int(0, size.loadMs - 1_000);
    const changedAt = beganAt + atMs * 1_000;
    const told = { atMs: atMs + random.int(100, 900), ahead: random.chance(0.15) ? AHEAD_US : 0 };
    const event = eventRecord(`settings-event-${n}`, project, beganAt + told.atMs * 1_000 + told.ahead);
    const steps = [
      { atMs, records: [settingsRecord(`settings-${n}`, project, settings, changedAt)] },
      { atMs: told.atMs, records: [event] },
    ];
    if (random.chance(0.2)) {
      const again = { ...event, id: `${event.id}-again` };
      steps.push({ atMs: random.int(told.atMs, size.loadMs), records: [again] });
    }
    return steps;
  }).flat();
}

/** The project with these settings. @param occurredAt µs since the epoch */
export function settingsRecord(
  id: string,
  project: number,
  settings: Record<string, boolean>,
  occurredAt: number,
): PlannedRecord {
  const tenant = tenantOfProject(project);
  const place = { path: pathOfProject(project), namespace_id: complianceGroup(tenant) };
  const entity = { id: project, ...place, archived: false, personal: false };
  const entry = { project: { ...entity, settings: JSON.stringify(settings) } };
  return directoryRecord(id, tenant, `project/${project}`, entry, occurredAt);
}

function eventRecord(id: string, project: number, occurred_at: number): PlannedRecord {
  const root_namespace_id = tenantOfProject(project);
  const value: AuditEvent = {
    ...noDetails,
    id: eventId(occurred_at, DIRECT_SOURCE, id),
    ...{ type: 'project_settings_updated', category: 'activity', occurred_at, actor: ann },
    scope: { type: 'project', id: String(project), path: pathOfProject(project), root_namespace_id },
    target: { type: 'project', id: String(project), name: pathOfProject(project) },
    ...{ outcome: 'success', message: `Changed settings of ${project}`, consolidation: null },
    cause: { id, topic: null },
    ...{ source: DIRECT_SOURCE, trace_id: null, contents: [] },
  };
  return { id, topic: topics.auditEvents, key: `${root_namespace_id}.0`, value };
}
