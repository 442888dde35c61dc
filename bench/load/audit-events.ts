import { Catalog, eventId, logKey, type AuditEvent, noDetails } from '@auditmesh/events';
import type { OutgoingRecord } from '@auditmesh/kafka';
import { detailsOf, type Details } from './event-details.ts';
import { below, randomFrom } from './random.ts';

const DAYS = 60;
const DAY_MS = 86_400_000;
/** Events reach the trail a little out of order. */
const JITTER_MS = 120_000;
const SOURCE = 'platform';
const people = 400;
const projects = 1_500;
const agents = [
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0 Safari/537.36',
  'git/2.51.0',
  'glab/1.74.0 (linux, amd64)',
  null,
];

/**
 * Records of `audit.events.v1` as a platform gives them in the 60 days before `until`: reads of secrets, merges, members,
 * settings and policies, by some hundred people in some thousand projects. The same arguments give the same records.
 *
 * @param until ms since the epoch
 * @param tenants take turns
 */
export function* auditEvents(
  count: number,
  until: number,
  tenants: readonly string[] = [TENANT],
): Generator<OutgoingRecord<AuditEvent>> {
  const random = randomFrom(1);
  for (let number = 0; number < count; number++) {
    const tenant = tenants[number % tenants.length]!;
    const key = logKey(tenant);
    const at = until - DAYS * DAY_MS * (1 - number / count) - below(JITTER_MS, random);
    const value = auditEvent(number, Math.floor(at) * 1000 + below(1000, random), tenant, random);
    yield { key, value };
  }
}

/** Months that the records touch, as `2026-11`. */
export function monthsOf(until: number): string[] {
  const days = Array.from({ length: DAYS + 2 }, (_, day) => new Date(until - day * DAY_MS));
  return [...new Set(days.map((day) => day.toISOString().slice(0, 7)))];
}

export const TENANT = '1';
const catalog = new Catalog();

/** One event. @param occurredAt µs since the epoch */
export function auditEvent(
  number: number,
  occurredAt: number,
  tenant: string,
  random: () => number,
): AuditEvent {
  const person = below(people, random);
  const project = below(projects, random);
  const details: Details = detailsOf(number, project, occurredAt, random);
  const causeId = `${number.toString(36)}-${below(2 ** 31, random).toString(36)}`;
  return {
    id: eventId(occurredAt, SOURCE, causeId),
    category: catalog.category(details.type)!,
    occurred_at: occurredAt,
    actor: {
      id: String(1_000 + person),
      type: 'user',
      name: `Person ${person} Surname`,
      email: `person.${person}@acme.example`,
      ip: `10.${person % 7}.${below(256, random)}.${below(256, random)}`,
      user_agent: agents[below(agents.length, random)]!,
    },
    scope: {
      type: 'project',
      id: String(10_000 + project),
      path: `acme/group-${project % 40}/service-${project}`,
      root_namespace_id: tenant,
    },
    outcome: number % 50 === 0 ? 'denied' : 'success',
    consolidation: null,
    cause: { id: causeId, topic: null },
    source: SOURCE,
    trace_id: null,
    ...noDetails,
    contents: [],
    ...details,
  };
}
