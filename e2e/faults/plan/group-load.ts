import { eventId, noDetails, topics, type AuditEvent } from '@auditmesh/events';
import { complianceGroup, complianceTenants, GROUP_CONTROL, type ComplianceTenant } from './compliance.ts';
import { directoryRecord } from './directory-load.ts';
import { DIRECT_SOURCE } from './event-load.ts';
import { ann } from './event-shape.ts';
import type { LoadStep, PlannedRecord } from './load-step.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

/** Events of groups, which each of their projects keeps or breaks, some of them again later. @param beganAt µs since the epoch */
export function groupLoad(random: SeededRandom, size: Size, beganAt: number): LoadStep[] {
  return Array.from({ length: size.groupEvents }, (_, n) => {
    const atMs = random.int(0, size.loadMs);
    const outcome = random.pick(['success', 'denied']);
    const tenant = random.pick(complianceTenants);
    const event = groupEvent(`group-${n}`, tenant, outcome, beganAt + atMs * 1_000);
    const steps = [{ atMs, records: [event] }];
    if (random.chance(0.25)) {
      const again = { ...event, id: `${event.id}-again` };
      steps.push({ atMs: random.int(atMs, size.loadMs), records: [again] });
    }
    return steps;
  }).flat();
}

/** Somebody is added to the group of the tenant. @param occurred_at µs since the epoch */
export function groupEvent(
  id: string,
  tenant: ComplianceTenant,
  outcome: string,
  occurred_at: number,
): PlannedRecord {
  const group = String(complianceGroup(tenant));
  const value: AuditEvent = {
    ...noDetails,
    id: eventId(occurred_at, DIRECT_SOURCE, id),
    ...{ type: 'member_added', category: 'activity', occurred_at, actor: ann },
    scope: { type: 'group', id: group, path: `t${tenant}/c`, root_namespace_id: tenant },
    target: { type: 'user', id: '7', name: 'Somebody' },
    ...{ outcome, message: `Added somebody to ${group}`, consolidation: null },
    cause: { id, topic: null },
    ...{ source: DIRECT_SOURCE, trace_id: null, contents: [] },
  };
  return { id, topic: topics.auditEvents, key: `${tenant}.0`, value };
}

/** The control that a denied one breaks, as the tenant wrote it. */
export function groupControl(tenant: ComplianceTenant): PlannedRecord {
  const definition = `name: ${GROUP_CONTROL}
title: Members join in peace
description: Nobody is denied who was added.
evaluated: events
triggers: [member_added]
expression: event.outcome == "success"
severity: low
`;
  const control = { namespace_id: Number(tenant), name: GROUP_CONTROL, definition };
  const key = `control/${tenant}/${GROUP_CONTROL}`;
  return directoryRecord(`control-${tenant}`, tenant, key, { control }, 0);
}
