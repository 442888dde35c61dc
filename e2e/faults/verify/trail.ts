import type { AuditEvent } from '@auditmesh/events';
import { DIRECT_SOURCE } from '../plan/event-load.ts';
import type { Evidence } from './evidence.ts';
import { canonical, type Findings } from './findings.ts';
import type { ExpectedEvent } from './pushes.ts';
import { checkGathering, type ExpectedGathering } from './reports.ts';
import type { TopicRecord } from './topic-record.ts';
import { checkWindow, type ExpectedWindow } from './windows.ts';

const INTAKE = 'auditmesh/api/';

/** What must be in the trail. */
export interface ExpectedTrail {
  windows: ExpectedWindow[];
  gatherings: ExpectedGathering[];
  alone: ExpectedEvent[];
}

/** Checks that the trail holds what the windows, lone candidates, posts and producers explain, and nothing else. */
export function checkTrail(
  evidence: Evidence,
  { windows, gatherings, alone }: ExpectedTrail,
  findings: Findings,
): void {
  const events = evidence.events.filter(({ poison, value }) => !poison && value);
  const ofMesh = events.filter(({ sentAs }) => !sentAs).map(({ value }) => value!);
  const known = new Set(alone.map(({ id }) => id));
  // What lists projects may be one change that named them all, which is told alone.
  const isGathered = ({ id, consolidation }: AuditEvent) => consolidation !== null && !known.has(id);
  const consolidated = Map.groupBy(ofMesh.filter(isGathered), (event) => event.consolidation!.key);
  const closures = new Map(evidence.closures.map(({ key, value }) => [key, value]));
  for (const window of windows) {
    checkWindow(window, consolidated.get(window.key) ?? [], closures.get(window.key), findings);
    consolidated.delete(window.key);
  }
  const members = Map.groupBy(
    evidence.candidates.flatMap(({ value }) => (value?.occurrence ? [value] : [])),
    (candidate) => candidate.consolidation_key,
  );
  for (const gathering of gatherings) {
    const { key } = gathering;
    checkGathering(gathering, members.get(key) ?? [], consolidated.get(key) ?? [], findings);
    consolidated.delete(key);
  }
  for (const [key, [event]] of consolidated)
    findings.wrong(key, `Nothing that was sent explains the event ${event!.id} of type ${event!.type}.`);
  const others = ofMesh.filter((event) => !isGathered(event));
  checkAlone(
    others.filter(({ source }) => !source.startsWith(INTAKE)),
    alone,
    findings,
  );
  checkPosts(
    others.filter(({ source }) => source.startsWith(INTAKE)),
    evidence,
    findings,
  );
  checkDirect(events, findings);
}

/** The events that lone candidates carry, as they are. */
export const asTheyAre = (events: AuditEvent[]): ExpectedEvent[] =>
  events.map((sent) => ({
    id: sent.id,
    where: `lone ${sent.cause.id}`,
    fault: (event) => (canonical(event) === canonical(sent) ? undefined : 'It is not as it was sent.'),
  }));

function checkAlone(events: AuditEvent[], expected: ExpectedEvent[], findings: Findings): void {
  const byId = Map.groupBy(events, ({ id }) => id);
  // A producer's repetition of a lone candidate is two of them.
  for (const [id, same] of Map.groupBy(expected, (each) => each.id)) {
    const { where, fault } = same[0]!;
    const found = byId.get(id) ?? [];
    findings.expect(same.length);
    if (found.length < same.length)
      findings.lost(where, `Of ${same.length} events with the id ${id} there are ${found.length}.`);
    if (found.length > same.length)
      findings.doubled(where, `Of ${same.length} events with the id ${id} there are ${found.length}.`);
    for (const event of found) {
      const what = fault(event);
      if (what) findings.wrong(where, what);
    }
    byId.delete(id);
  }
  for (const [id, [event]] of byId)
    findings.wrong(`event ${id}`, `Nothing that was sent explains this ${event!.type}.`);
}

/** An accepted post is there; its repetitions have the same id, so that rows know them. */
function checkPosts(events: AuditEvent[], { posts }: Evidence, findings: Findings): void {
  const byKey = Map.groupBy(events, ({ cause }) => cause.id);
  for (const { idempotencyKey: key, ids, refusal } of posts) {
    findings.expect();
    if (refusal) findings.wrong(key, `The intake refused it: ${refusal}`);
    const found = byKey.get(key) ?? [];
    if (ids.length && !found.length)
      findings.lost(key, `It was accepted as ${ids[0]} and is not in the trail.`);
    const different = new Set([...ids, ...found.map(({ id }) => id)]);
    if (different.size > 1) findings.doubled(key, `It has the ids ${[...different].join(', ')}.`);
    byKey.delete(key);
  }
  for (const key of byKey.keys()) findings.wrong(key, 'Nobody posted this event.');
}

/** They are written to the trail itself, so there is nothing to compare but that they are known by their source. */
function checkDirect(events: TopicRecord<AuditEvent>[], findings: Findings): void {
  const direct = events.filter(({ sentAs }) => sentAs);
  findings.expect(new Set(direct.map(({ value }) => value!.id)).size);
  for (const { value, sentAs } of direct)
    if (value!.source !== DIRECT_SOURCE) findings.wrong(sentAs!, `It claims to be from ${value!.source}.`);
}
