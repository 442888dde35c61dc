import { topics, type ComplianceCommand } from '@auditmesh/events';
import type { Poison } from '../plan/load-step.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { TopicRecord } from './topic-record.ts';

/** Groups that read a topic; of those that cannot cope with the contract of a record, only the one that depends on it. */
function groupsConcerned(topic: string, poison: Poison): string[] {
  if (topic === topics.policyPushes.name || topic === topics.policyEnforcements.name) return ['policy-sync'];
  if (topic === topics.auditCandidates.name) return ['consolidator'];
  if (topic === topics.mergeRequestsChanges.name) return ['violations.approvals'];
  if (topic === topics.complianceCommands.name) return ['violations.controls'];
  const isMalformed = poison === 'MALFORMED_RECORD';
  if (topic === topics.auditEvents.name)
    return isMalformed ? ['projector', 'violations.controls'] : ['projector'];
  if (poison === 'INVALID_RECORD') return ['violations.frameworks'];
  const readers = ['projector.directory', 'policy-sync', 'violations.frameworks'];
  return isMalformed ? ['projector', ...readers] : ['projector'];
}

/** Its queue is written before the offset moves, so a crash can give a second copy. */
const AT_LEAST_ONCE = 'projector';

interface ExpectedLetter {
  poison: Poison;
  record: TopicRecord<unknown>;
}

/**
 * Checks that every queue has a copy of exactly the records that its group cannot use, with the reason and the place.
 *
 * @param refused commands that could not be done when they came
 */
export function checkDeadLetters(
  evidence: Evidence,
  refused: TopicRecord<ComplianceCommand>[],
  findings: Findings,
): void {
  const expected = expectedLetters(evidence, refused);
  for (const [group, letters] of evidence.deadLetters) {
    const here = expected.get(group) ?? new Map<string, ExpectedLetter>();
    findings.expect(here.size);
    const copies = Map.groupBy(
      letters,
      ({ headers: h }) => `${h['dlq_topic']}/${h['dlq_partition']}/${h['dlq_offset']}`,
    );
    for (const [place, { record, poison }] of here) {
      const found = copies.get(place) ?? [];
      const where = `${group}.dlq, ${place} (${record.sentAs})`;
      if (!found.length) findings.lost(where, `A record that is a ${poison} is not there.`);
      if (found.length > 1 && group !== AT_LEAST_ONCE)
        findings.doubled(where, `It is there ${found.length} times.`);
      for (const copy of found) checkCopy(where, copy, record, poison, group, findings);
    }
    for (const [place, [letter]] of copies) {
      if (here.has(place)) continue;
      const { dlq_code, dlq_reason } = letter!.headers;
      const what = letter!.sentAs ? `the good record ${letter!.sentAs}` : 'a record of the mesh';
      findings.wrong(`${group}.dlq, ${place}`, `It has ${what}: ${dlq_code}, ${dlq_reason}`);
    }
  }
}

function checkCopy(
  where: string,
  copy: TopicRecord<unknown>,
  record: TopicRecord<unknown>,
  poison: Poison,
  group: string,
  findings: Findings,
): void {
  const { dlq_code, dlq_group, dlq_timestamp } = copy.headers;
  findings.same(where, 'Its code', dlq_code, poison);
  findings.same(where, 'Its group', dlq_group, group);
  findings.same(where, 'Its timestamp', dlq_timestamp, String(record.timestamp));
  findings.same(where, 'Its value', copy.bytes?.toString('hex'), record.bytes?.toString('hex'));
  findings.same(where, 'Its key', copy.key, record.key);
}

/** By group and place. */
function expectedLetters(
  evidence: Evidence,
  refused: TopicRecord<ComplianceCommand>[],
): Map<string, Map<string, ExpectedLetter>> {
  const inputs: [topic: string, records: TopicRecord<unknown>[]][] = [
    [topics.policyPushes.name, evidence.pushes],
    [topics.policyEnforcements.name, evidence.reports],
    [topics.auditCandidates.name, evidence.candidates],
    [topics.auditEvents.name, evidence.events],
    [topics.directoryChanges.name, evidence.directoryChanges],
    [topics.mergeRequestsChanges.name, evidence.mergeRequests],
    [topics.complianceCommands.name, evidence.commands.filter(({ poison }) => poison)],
    [topics.complianceCommands.name, refused.map((record) => ({ ...record, poison: 'INVALID_RECORD' }))],
  ];
  const expected = new Map<string, Map<string, ExpectedLetter>>();
  for (const [topic, records] of inputs) {
    for (const record of records) {
      const { poison, partition, offset } = record;
      if (!poison) continue;
      for (const group of groupsConcerned(topic, poison)) {
        const ofGroup = expected.get(group) ?? new Map<string, ExpectedLetter>();
        expected.set(group, ofGroup.set(`${topic}/${partition}/${offset}`, { poison, record }));
      }
    }
  }
  return expected;
}
