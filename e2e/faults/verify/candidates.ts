import type { AuditCandidate } from '@auditmesh/events';
import { ENGINE } from './expected-change.ts';
import type { Findings } from './findings.ts';
import type { ExpectedEvent } from './pushes.ts';
import type { TopicRecord } from './topic-record.ts';
import type { ExpectedWindow } from './windows.ts';

/**
 * Checks what policy-sync wrote, not the engine, which evaluates an event that comes again anew: every header, member and event that stands for itself exactly once.
 * Those without a number are checked with their events. The consolidator would hide a
 * repetition, so it is looked for here.
 */
export function checkCandidates(
  candidates: TopicRecord<AuditCandidate>[],
  windows: ExpectedWindow[],
  alone: ExpectedEvent[],
  findings: Findings,
): void {
  const written = candidates.filter(
    ({ sentAs, value }) => !sentAs && !value?.occurrence && value?.source !== ENGINE,
  );
  const byKey = Map.groupBy(written, ({ value }) => value?.consolidation_key ?? value?.event?.id ?? '');
  for (const { key, expected, members } of windows) {
    const ordinals = new Map<number, number>();
    for (const { value } of byKey.get(key) ?? [])
      ordinals.set(value!.ordinal!, (ordinals.get(value!.ordinal!) ?? 0) + 1);
    const lost = [0, ...members.keys()].filter((ordinal) => !ordinals.has(ordinal));
    const doubled = [...ordinals].filter(([, times]) => times > 1);
    const where = `candidates of ${key}`;
    if (lost.length)
      findings.lost(where, `${lost.length} of ${expected + 1} are not there, such as number ${lost[0]}.`);
    if (doubled.length)
      findings.doubled(
        where,
        `${doubled.length} are there more than once, such as number ${doubled[0]![0]}.`,
      );
    if (ordinals.size + lost.length > expected + 1)
      findings.wrong(where, 'There are ordinals beyond those announced.');
    for (const { value } of byKey.get(key) ?? []) {
      const project = value!.project_id === null ? undefined : String(value!.project_id);
      if (project === members.get(value!.ordinal!)) continue;
      findings.wrong(
        where,
        `Number ${value!.ordinal} is project ${project} and should be ${members.get(value!.ordinal!)}.`,
      );
      break;
    }
    byKey.delete(key);
  }
  // A producer's repetition of a bypass is two of them.
  for (const [id, same] of Map.groupBy(alone, (each) => each.id)) {
    const where = `candidate of ${same[0]!.where}`;
    const times = byKey.get(id)?.length ?? 0;
    if (times < same.length) findings.lost(where, `Of ${same.length} there are ${times}.`);
    if (times > same.length) findings.doubled(where, `Of ${same.length} there are ${times}.`);
    byKey.delete(id);
  }
  for (const [key, records] of byKey)
    findings.wrong(
      `candidates of ${key}`,
      `No push explains these ${records.length}, from offset ${records[0]!.offset} on.`,
    );
}
