import { contentOf, eventId, noDetails, type Actor, type AuditEvent, type Scope } from '@auditmesh/events';
import type { SeededRandom } from './seeded-random.ts';

const YEAR_US = 365 * 86_400_000_000;
/** Where the times of the plan begin: 2024-01-01. They are in the past whenever the suite is run, over two years. */
const EPOCH_US = 1_704_067_200_000_000;

/** Texts that are hard on whoever copies them. */
const texts = [
  'plain',
  'tab\there',
  'back\\slash \\N',
  'two\nlines\r\n',
  'quote "\'`',
  'ünïcödé 𝄞 日本',
  '{"a":1}',
  '',
];
export const tenants = ['1', '2', '3'] as const;

export const someTime = (random: SeededRandom): number => EPOCH_US + random.int(0, 2 * YEAR_US);

export const ann: Actor = {
  id: '17',
  type: 'user',
  name: 'Ann Lee',
  email: 'ann@acme.example',
  ip: null,
  user_agent: null,
};

export function scopeOf(tenant: string, project: number): Scope {
  return { type: 'project', id: String(project), path: `t${tenant}/p${project}`, root_namespace_id: tenant };
}

/** A valid event with a text in every corner, and now and then a value that is kept beside it. */
export function someEvent(
  random: SeededRandom,
  source: string,
  id: string,
): { log: string; event: AuditEvent } {
  const tenant = random.pick(tenants);
  const occurred_at = someTime(random);
  const text = random.pick(texts);
  const attributes = { id, text, list: [random.int(0, 9), null, { [text]: true }] };
  return {
    log: `${tenant}.0`,
    event: {
      id: eventId(occurred_at, source, id),
      type: random.pick(['member_added', 'member_removed', 'secret_read', 'secret_write', 'user_signed_in']),
      category: random.pick(['activity', 'secret_access', 'administration']),
      occurred_at,
      actor: random.chance(0.5) ? ann : { ...ann, id: null, type: 'system', name: text, email: null },
      scope: scopeOf(tenant, random.int(1_000, 1_100)),
      target: { type: 'user', id: random.chance(0.5) ? null : String(random.int(1, 99)), name: text },
      outcome: random.pick(['success', 'failure', 'denied']),
      message: `${id} ${text}`,
      consolidation: null,
      cause: { id, topic: random.chance(0.5) ? null : 'some.topic.v1' },
      source,
      trace_id: random.chance(0.5) ? null : '4bf92f3577b34da6a3ce929d0e0e4736',
      ...noDetails,
      attributes: random.chance(0.7) ? JSON.stringify(attributes) : null,
      contents: random.chance(0.1) ? [contentOf(JSON.stringify(text))] : [],
    },
  };
}
