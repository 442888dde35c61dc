import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Catalog, eventJson, formatMicros, type AuditEvent } from '@auditmesh/events';
import { runProgram, sampleEvent, TestKafka, TestPostgres } from '@auditmesh/testing';
import fc from 'fast-check';
import type { DataSource } from 'typeorm';
import type { EventFilter, Term } from '../domain/event-filter.js';
import { matches } from '../domain/matches.js';
import { apiDataSource } from '../store/data-source.js';
import { migrate } from '../store/migrate.js';
import { AuditEventSearch } from './audit-event-search.js';

const BEGIN = Date.parse('2026-10-05T10:00:00Z') * 1000;
const texts = [
  'Ann Lee',
  'ANN LEE',
  'ann%',
  'a_n',
  'a\\n',
  'İstanbul',
  'istanbul',
  'ΣΑΣ',
  'σας',
  'Straße',
  'x',
  '',
];
const text = fc.constantFrom(...texts);
const types = ['secret_read', 'secret_list', 'secret_audit_read', 'member_added', 'security_policy_update'];
const type = fc.constantFrom(...types);
const categories = ['secret_access', 'activity', 'administration'];
const category = fc.constantFrom(...categories);
const path = fc.constantFrom('acme', 'acme/pay', 'acme/pay/x', 'acme/payments', 'acme_pay', 'acme/%');
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const scopeType = fc.constantFrom('group', 'project', 'instance');
const id = fc.constantFrom('1', '2', '3');
const ip = fc.constantFrom('10.0.0.1', '::1');
const outcome = fc.constantFrom('success', 'denied', 'failure');

const events = fc
  .sample(
    fc.record({
      type,
      category,
      actor: fc.record({
        id: orNull(id),
        type: fc.constant('user'),
        name: orNull(text),
        email: orNull(text),
        ip: orNull(ip),
        user_agent: fc.constant(null),
      }),
      scope: fc.record({
        type: scopeType,
        id: orNull(id),
        path: orNull(path),
        root_namespace_id: orNull(id),
      }),
      target: fc.record({ type: fc.constant('secret'), id: orNull(text), name: orNull(text) }),
      outcome,
    }),
    { numRuns: 400, seed: 7 },
  )
  .map((change, n): AuditEvent => sampleEvent(n, { ...change, occurred_at: BEGIN + n }));

const term: fc.Arbitrary<Term> = fc.oneof(
  fc.record({
    by: fc.constant('type' as const),
    exact: fc.uniqueArray(type, { maxLength: 2 }),
    begins: fc.array(fc.constantFrom('secret_', 'secret', '', 'member_added', 'se_'), { maxLength: 2 }),
  }),
  fc.record({ by: fc.constant('category' as const), among: fc.uniqueArray(category, { minLength: 1 }) }),
  fc.record({
    by: fc.constantFrom('actor' as const, 'target' as const, 'target_id' as const),
    is: fc.oneof(text, id),
  }),
  fc.record({ by: fc.constant('scope' as const), type: scopeType, id: orNull(id) }),
  fc.record({ by: fc.constant('path' as const), is: path }),
  fc.record({ by: fc.constant('outcome' as const), is: outcome }),
  fc.record({ by: fc.constant('ip' as const), is: ip }),
  fc.record({
    by: fc.constantFrom('from' as const, 'to' as const),
    at: fc.integer({ min: BEGIN - 1, max: BEGIN + 401 }),
  }),
);
const filter: fc.Arbitrary<EventFilter> = fc.record({
  terms: fc.array(term, { maxLength: 3 }),
  words: fc.constant(null),
  sight: fc.record({
    secrets: fc.boolean(),
    namespaces: fc.oneof(
      fc.constant('all' as const),
      fc.array(fc.record({ id, tenant: id, path }), { maxLength: 3 }),
    ),
  }),
});

let postgres: TestPostgres;
let source: DataSource;
let search: AuditEventSearch;

beforeAll(async () => {
  postgres = await TestPostgres.create();
  await runProgram('projector', 'migrate.main.js', {
    ...new TestKafka().environment,
    DATABASE_URL: postgres.url,
  });
  await migrate(postgres.url);
  await postgres.query(`SET search_path = trail; SELECT ensure_month('2026-10-01')`);
  await postgres.query(`INSERT INTO trail.audit_events ${rowsOf(events)}`);
  source = await apiDataSource(postgres.url, 'trail').initialize();
  search = new AuditEventSearch(source, new Catalog());
});

afterAll(async () => {
  await source?.destroy();
  await postgres?.drop();
});

it('finds in PostgreSQL exactly the events that match in memory', async () => {
  await fc.assert(
    fc.asyncProperty(filter, async (any) => {
      const found = await search.page(any, { limit: 1_000, of: {} });
      const expected = events.filter((event) => matches(any, event)).map((event) => event.id);
      expect(found.items.map((item) => item.id).toSorted()).toEqual(expected.toSorted());
    }),
    { numRuns: 500 },
  );
});

/** As a statement that takes the rows apart from JSON. */
function rowsOf(all: AuditEvent[]): string {
  const json = JSON.stringify(
    all.map((event, n) => ({ ...eventJson(event), at: formatMicros(event.occurred_at), n })),
  ).replaceAll("'", "''");
  return `(id, type, category, occurred_at, recorded_at, actor_id, actor_type, actor_name, actor_email, actor_ip,
      scope_type, scope_id, scope_path, root_namespace_id, target_type, target_id, target_name, outcome, message,
      cause_id, source, log, log_position)
    SELECT (e->>'id')::uuid, e->>'type', e->>'category', (e->>'at')::timestamptz, now(), e#>>'{actor,id}', 'user',
      e#>>'{actor,name}', e#>>'{actor,email}', e#>>'{actor,ip}', e#>>'{scope,type}', e#>>'{scope,id}', e#>>'{scope,path}',
      e#>>'{scope,root_namespace_id}', 'secret', e#>>'{target,id}', e#>>'{target,name}', e->>'outcome', e->>'message',
      e->>'n', 'test', '1.0', (e->>'n')::bigint
    FROM json_array_elements('${json}'::json) e`;
}
