import { detailsJson, eventId, type AuditEvent, type Closure } from '@auditmesh/events';
import { canonical, type Findings } from './findings.ts';

/** What the candidates of one key are, all that were ever sent. */
export interface ExpectedWindow {
  key: string;
  type: string;
  source: string;
  occurred_at: number;
  /** Members announced. */
  expected: number;
  /** Project by ordinal of every member that was sent, however often. */
  members: ReadonlyMap<number, string>;
  /** Tells what is wrong with an event that must carry the details of the header; undefined if none was sent. */
  header: ((event: AuditEvent) => string | undefined) | undefined;
}

const SAMPLE = 10;
const HEADER = 0;

/**
 * Checks that the event of a window and its amendments together count every candidate exactly once. How they share the
 * candidates among them is a matter of timing, and not checked.
 *
 * @param events that have the key, in the order of their topic
 * @param closure the last one of the key
 */
export function checkWindow(
  window: ExpectedWindow,
  events: AuditEvent[],
  closure: Closure | undefined,
  findings: Findings,
): void {
  const { key, members } = window;
  if (!members.size && !window.header) return;
  findings.expect();
  if (!events.length) return findings.lost(key, 'There is no event.');
  checkNumbers(window, events, findings);
  checkMembers(window, events, findings);
  checkHeader(window, events, findings);
  const whole = window.header !== undefined && members.size === window.expected;
  for (const [i, { consolidation }] of events.entries()) {
    const complete = whole && i === events.length - 1;
    if (consolidation!.complete !== complete)
      findings.wrong(
        key,
        `Event ${i} says complete: ${consolidation!.complete}, and it should be ${complete}.`,
      );
  }
  checkClosure(window, events.length - 1, whole, closure, findings);
}

/** One event, then its amendments 1, 2, … */
function checkNumbers(
  { key, type, source, occurred_at, expected }: ExpectedWindow,
  events: AuditEvent[],
  findings: Findings,
): void {
  const id = eventId(occurred_at, source, key);
  const seen = new Set<number>();
  events.forEach((event, i) => {
    const { amends, affected_projects_count } = event.consolidation!;
    const number = amends?.number ?? 0;
    if (seen.has(number))
      findings.doubled(key, number ? `Amendment ${number} is there again.` : 'The event is there again.');
    else if (number !== i) findings.wrong(key, `Number ${number} is at place ${i}.`);
    seen.add(number);
    if (amends === null) findings.same(key, 'The id', event.id, id);
    else findings.same(key, 'The id amended', amends.id, id);
    findings.same(key, 'The type', event.type, amends ? 'audit_event_amended' : type);
    findings.same(key, 'affected_projects_count', affected_projects_count, expected);
    findings.same(key, 'occurred_at', event.occurred_at, occurred_at);
  });
  if (!seen.has(0)) findings.lost(key, 'There are amendments and no event.');
  if (new Set(events.map((event) => event.id)).size < seen.size)
    findings.wrong(key, 'Events of different number share an id.');
}

/** From one event to the next fewer are missing, by those that it counts and of which it shows a sample. */
function checkMembers(
  { key, expected, members }: ExpectedWindow,
  events: AuditEvent[],
  findings: Findings,
): void {
  let missing = expected;
  const projects = new Set(members.values());
  const shown = new Set<string>();
  for (const { consolidation } of events) {
    const counted = missing - consolidation!.missing;
    const sample = consolidation!.affected_projects_sample;
    if (counted < 0)
      findings.wrong(key, `More are missing (${consolidation!.missing}) than before (${missing}).`);
    if (sample.length !== Math.min(SAMPLE, Math.max(0, counted)))
      findings.wrong(key, `${counted} members are counted and ${sample.length} shown.`);
    for (const project of sample) {
      if (!projects.has(project)) findings.wrong(key, `Project ${project} is none of those sent.`);
      if (shown.has(project)) findings.doubled(key, `Project ${project} is in two samples.`);
      shown.add(project);
    }
    missing = consolidation!.missing;
  }
  const never = expected - members.size;
  if (missing > never)
    findings.lost(key, `${missing} of ${expected} members are missing in the end; ${never} were never sent.`);
  if (missing < never)
    findings.doubled(
      key,
      `${missing} of ${expected} members are missing in the end, though ${never} were never sent.`,
    );
}

/** The details of the header are on exactly one event, and on none without a header. */
function checkHeader({ key, header }: ExpectedWindow, events: AuditEvent[], findings: Findings): void {
  const carriers = events.filter((event) => detailsJson(event) !== null);
  if (!header) {
    if (carriers.length) findings.wrong(key, 'An event has details, and no header was sent.');
    return;
  }
  if (!carriers.length) findings.lost(key, 'No event has the details of the header.');
  if (carriers.length > 1) findings.doubled(key, `${carriers.length} events have the details of the header.`);
  for (const event of carriers) {
    const fault = header(event);
    if (fault) findings.wrong(key, fault);
  }
}

function checkClosure(
  window: ExpectedWindow,
  number: number,
  whole: boolean,
  closure: Closure | undefined,
  findings: Findings,
): void {
  const { key, members, header } = window;
  if (!closure) return findings.lost(key, 'There is no closure.');
  findings.same(key, 'The number of the last closure', closure.number, number);
  findings.same(key, 'The completeness of the last closure', closure.complete, whole);
  if (whole) return;
  const seen = closure.seen.reduce<number[]>(
    (list, byte, at) =>
      list.concat([0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit)),
    [],
  );
  const sent = [...(header ? [HEADER] : []), ...members.keys()].sort((a, b) => a - b);
  if (canonical(seen) !== canonical(sent))
    findings.wrong(key, `The last closure has ${seen.length} ordinals, and ${sent.length} were sent.`);
}
