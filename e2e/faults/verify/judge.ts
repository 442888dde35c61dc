import { checkCandidates } from './candidates.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { checkDirectory } from './directory.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import { eventsOfFrameworks } from './frameworks.ts';
import { GovernedProjects } from './governed-projects.ts';
import { eventsOfLinks } from './links.ts';
import { eventsOfMergeRequests } from './merge-requests.ts';
import { eventsOfPushes } from './pushes.ts';
import { eventsOfReports } from './reports.ts';
import { checkRows } from './rows.ts';
import { sentLone, sentWindows } from './sent-windows.ts';
import type { TopicRecord } from './topic-record.ts';
import { asTheyAre, checkTrail } from './trail.ts';
import { checkViolationRows } from './violation-rows.ts';
import { checkChanges, eventsOfStatuses, eventsOfUpdates, modelOfViolations } from './violations.ts';

/** Compares what a run has left behind with what must follow from what was sent. */
export function judge(evidence: Evidence, findings: Findings): void {
  const { windows, files } = eventsOfPushes(evidence.pushes, new GovernedProjects(evidence.directory));
  const { gatherings, bypasses } = eventsOfReports(evidence.reports);
  const ownEvents = [...files, ...bypasses, ...eventsOfLinks(evidence.directoryChanges)];
  checkAcknowledged(evidence, findings);
  checkCandidates(evidence.candidates, windows, ownEvents, findings);
  const { complianceChanges, tables } = evidence;
  const { events: ofMergeRequests, merges } = eventsOfMergeRequests(evidence.mergeRequests);
  const violations = modelOfViolations(evidence, merges);
  checkChanges(complianceChanges, violations.changes, findings);
  const alone = [
    ...asTheyAre(sentLone(evidence.candidates)),
    ...ownEvents,
    ...ofMergeRequests,
    ...eventsOfFrameworks(evidence.directoryChanges),
    ...eventsOfUpdates(violations.changes),
    ...eventsOfStatuses(complianceChanges, violations.changes),
  ];
  const ofGroups = [...violations.windows.values()];
  const allWindows = [...windows, ...ofGroups, ...sentWindows(evidence.candidates)];
  checkTrail(evidence, { windows: allWindows, gatherings, alone }, findings);
  checkRows(evidence, findings);
  checkViolationRows(violations, tables, findings);
  checkDeadLetters(evidence, violations.refused, findings);
  checkDirectory(evidence, findings);
}

/** Records of the suite in the inputs of the mesh. */
export const sentRecords = (evidence: Evidence): number =>
  inputsOf(evidence).filter(({ sentAs }) => sentAs).length;

const inputsOf = (evidence: Evidence): TopicRecord<unknown>[] => [
  ...[...evidence.pushes, ...evidence.reports, ...evidence.candidates, ...evidence.directoryChanges],
  ...[...evidence.mergeRequests, ...evidence.commands, ...evidence.events],
];

/** If Kafka itself had lost something, everything else would be judged by too little. */
function checkAcknowledged(evidence: Evidence, findings: Findings): void {
  const there = new Set(inputsOf(evidence).map(({ sentAs }) => sentAs));
  for (const id of evidence.acknowledged)
    if (!there.has(id)) findings.lost(id, 'Kafka has acknowledged it, and it is in no topic.');
}

/** What the mesh has made, so that one sees that the run had something to judge. */
export function whatWasMade(evidence: Evidence): string {
  const { candidates, events, complianceChanges, deadLetters, tables } = evidence;
  const ofMesh = events.flatMap(({ sentAs, value }) => (sentAs || !value ? [] : [value]));
  const [amendments, incomplete] = [
    ofMesh.filter(({ consolidation }) => consolidation?.amends).length,
    ofMesh.filter(({ consolidation }) => consolidation?.complete === false && !consolidation.amends).length,
  ];
  const letters = [...deadLetters.values()].flat().length;
  return `${candidates.filter(({ sentAs }) => !sentAs).length} candidates of pushes, ${ofMesh.length} events (${incomplete} incomplete, ${amendments} amendments), ${tables.violations.length} violations (${complianceChanges.length} changes of them and of controls), ${tables.events.length} rows, ${letters} dead letters`;
}
