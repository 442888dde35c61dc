import { checkCandidates } from './candidates.ts';
import { checkDeadLetters } from './dead-letters.ts';
import { checkDirectory } from './directory.ts';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import { GovernedProjects } from './governed-projects.ts';
import { eventsOfLinks } from './links.ts';
import { eventsOfPushes } from './pushes.ts';
import { eventsOfReports } from './reports.ts';
import { checkRows } from './rows.ts';
import { sentLone, sentWindows } from './sent-windows.ts';
import { asTheyAre, checkTrail } from './trail.ts';

/** Compares what a run has left behind with what must follow from what was sent. */
export function judge(evidence: Evidence, findings: Findings): void {
  const { windows, files } = eventsOfPushes(evidence.pushes, new GovernedProjects(evidence.directory));
  const { gatherings, bypasses } = eventsOfReports(evidence.reports);
  const ownEvents = [...files, ...bypasses, ...eventsOfLinks(evidence.directoryChanges)];
  checkAcknowledged(evidence, findings);
  checkCandidates(evidence.candidates, windows, ownEvents, findings);
  const alone = asTheyAre(sentLone(evidence.candidates));
  const allWindows = [...windows, ...sentWindows(evidence.candidates)];
  checkTrail(evidence, { windows: allWindows, gatherings, alone: [...alone, ...ownEvents] }, findings);
  checkRows(evidence, findings);
  checkDeadLetters(evidence, findings);
  checkDirectory(evidence, findings);
}

/** Records of the suite in the inputs of the mesh. */
export const sentRecords = ({ pushes, reports, candidates, directoryChanges, events }: Evidence): number =>
  [...pushes, ...reports, ...candidates, ...directoryChanges, ...events].filter(({ sentAs }) => sentAs)
    .length;

/** If Kafka itself had lost something, everything else would be judged by too little. */
function checkAcknowledged(
  { acknowledged, pushes, reports, candidates, directoryChanges, events }: Evidence,
  findings: Findings,
): void {
  const there = new Set(
    [...pushes, ...reports, ...candidates, ...directoryChanges, ...events].map(({ sentAs }) => sentAs),
  );
  for (const id of acknowledged)
    if (!there.has(id)) findings.lost(id, 'Kafka has acknowledged it, and it is in no topic.');
}

/** What the mesh has made, so that one sees that the run had something to judge. */
export function whatWasMade({ candidates, events, deadLetters, tables }: Evidence): string {
  const ofMesh = events.flatMap(({ sentAs, value }) => (sentAs || !value ? [] : [value]));
  const [amendments, incomplete] = [
    ofMesh.filter(({ consolidation }) => consolidation?.amends).length,
    ofMesh.filter(({ consolidation }) => consolidation?.complete === false && !consolidation.amends).length,
  ];
  const letters = [...deadLetters.values()].flat().length;
  return `${candidates.filter(({ sentAs }) => !sentAs).length} candidates of pushes, ${ofMesh.length} events (${incomplete} incomplete, ${amendments} amendments), ${tables.events.length} rows, ${letters} dead letters`;
}
