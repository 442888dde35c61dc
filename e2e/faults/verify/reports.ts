import {
  eventId,
  type AuditCandidate,
  type AuditEvent,
  type PolicyEnforcementReported,
} from '@auditmesh/events';
import { bucketMs } from '../mesh/proxied-mesh.ts';
import type { Findings } from './findings.ts';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';

/** The failures of one policy that are counted together. */
export interface ExpectedGathering {
  key: string;
  /** ce_id of each failure that was reported, and how often it was. */
  causes: Map<string, number>;
  projects: Set<number>;
}

/** What the reports of the suite must become: gatherings of failures, and an event for each bypass. */
export function eventsOfReports(reports: TopicRecord<PolicyEnforcementReported>[]): {
  gatherings: ExpectedGathering[];
  bypasses: ExpectedEvent[];
} {
  const gatherings = new Map<string, ExpectedGathering>();
  const bypasses: ExpectedEvent[] = [];
  for (const { sentAs, poison, value: report, headers, timestamp } of reports) {
    if (!sentAs || poison || !report) continue;
    const id = headers['ce_id']!;
    for (const policy of report.policies) {
      const identity = `${policy.type}/${policy.name}`;
      if (report.kind === 'bypassed') {
        bypasses.push({
          id: eventId(report.occurred_at, headers['ce_source']!, id, identity),
          where: `bypass ${id} of ${identity}`,
          fault: ({ bypass }) =>
            bypass?.policy_name === policy.name && bypass.project_id === report.project_id
              ? undefined
              : `It is of ${bypass?.policy_name} in project ${bypass?.project_id}.`,
        });
        continue;
      }
      const begin = Math.floor(timestamp / bucketMs) * bucketMs;
      const cause = eventId(0, identity, report.reason ?? '').slice(-23);
      const key = `${report.policy_project_id}/${report.kind}/${cause}/${begin}`;
      const gathering = gatherings.get(key) ?? { key, causes: new Map(), projects: new Set() };
      gatherings.set(key, gathering);
      gathering.causes.set(id, (gathering.causes.get(id) ?? 0) + 1);
      gathering.projects.add(report.project_id);
    }
  }
  return { gatherings: [...gatherings.values()], bypasses };
}

/**
 * Checks that the event of a gathering and its amendments count every failure exactly once. A failure that is reported
 * again in another time belongs to that one too.
 *
 * @param candidates that policy-sync has written under the key
 * @param events that have the key, in the order of their topic
 */
export function checkGathering(
  { key, causes, projects }: ExpectedGathering,
  candidates: AuditCandidate[],
  events: AuditEvent[],
  findings: Findings,
): void {
  findings.expect();
  const written = Map.groupBy(candidates, ({ cause }) => cause.id.split(' ')[0]!);
  for (const [id, times] of causes) {
    const found = written.get(id)?.length ?? 0;
    if (found < times) findings.lost(key, `Of ${times} candidates of ${id} there are ${found}.`);
    if (found > times) findings.doubled(key, `Of ${times} candidates of ${id} there are ${found}.`);
  }
  const counted = events.reduce((sum, { enforcement }) => sum + (enforcement?.occurrences ?? 0), 0);
  if (counted < causes.size) findings.lost(key, `Of ${causes.size} failures ${counted} are counted.`);
  if (counted > causes.size) findings.doubled(key, `Of ${causes.size} failures ${counted} are counted.`);
  if (new Set(events.map(({ id }) => id)).size < events.length)
    findings.doubled(key, 'An event is there again.');
  const numbers = events.map(({ consolidation }) => consolidation!.amends?.number ?? 0);
  findings.same(key, 'The numbers', numbers.join(), [...events.keys()].join());
  for (const { consolidation } of events)
    for (const project of consolidation!.affected_projects_sample)
      if (!projects.has(Number(project)))
        findings.wrong(key, `Project ${project} is none of those reported.`);
}
