import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Catalog } from '@auditmesh/events';
import { runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import type { DataSource } from 'typeorm';
import { AuditEventSearch } from '../audit-events/audit-event-search.js';
import { admin, type Principal } from '../domain/principal.js';
import { apiDataSource } from '../store/data-source.js';
import { migrate } from '../store/migrate.js';
import { auditLogsFilter, type AuditLogsQuery } from './audit-logs.query.js';

const ROWS = 120_000;
/** Blocks of 8 KiB that a page of 50 may touch, indexes included; the table alone has some 4,000. */
const BLOCKS = 700;

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
  await postgres.query(
    `SET search_path = trail; SELECT ensure_month('2026-09-01'), ensure_month('2026-10-01')`,
  );
  // Two months; half of it the use of secrets, by 2,000 accounts, of 3,000 secrets; one in 1,000 denied or deleted.
  await postgres.query(`
    INSERT INTO trail.audit_events (id, type, category, occurred_at, recorded_at, actor_id, actor_type, actor_name, actor_email,
      actor_ip, scope_type, scope_id, scope_path, root_namespace_id, target_type, target_id, target_name, outcome, message,
      cause_id, source, log, log_position)
    SELECT gen_random_uuid(),
      CASE WHEN n % 2 = 0 THEN 'member_added' WHEN n % 1001 = 0 THEN 'secret_delete' ELSE 'secret_read' END,
      CASE WHEN n % 2 = 0 THEN 'activity' ELSE 'secret_access' END,
      timestamptz '2026-09-01Z' + n * interval '43 s', now(), (n % 2000)::text, 'user', 'User ' || n % 2000,
      'user' || n % 2000 || '@example.com', '10.0.' || n % 250 || '.' || n % 8, 'project', (n % 2100)::text,
      'acme/g' || n % 700 || '/p' || n % 2100, (n % 7)::text, 'secret', 'kv/' || n % 3000, 'secret ' || n % 3000,
      CASE WHEN n % 1003 = 0 THEN 'denied' ELSE 'success' END, 'Used a secret number ' || n, n::text, 'test', '1.0', n
    FROM generate_series(1, ${ROWS}) n`);
  await postgres.query('ANALYZE trail.audit_events');
  source = await apiDataSource(postgres.url, 'trail').initialize();
  search = new AuditEventSearch(source, new Catalog());
});

afterAll(async () => {
  await source?.destroy();
  await postgres?.drop();
});

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Shared Hit Blocks': number;
  'Shared Read Blocks': number;
  Plans?: Plan[];
}

async function planOf(query: Partial<AuditLogsQuery>, principal: Principal): Promise<Plan> {
  const filter = auditLogsFilter(query as AuditLogsQuery, principal);
  const [sql, values] = search.statement(filter, 51).getQueryAndParameters();
  const [row] = await source.query<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
    values,
  );
  return row!['QUERY PLAN'][0]!.Plan;
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

describe('the plan of a page of audit logs, as the role of the api', () => {
  const limited: Principal = { ...admin, namespaces: [{ id: '50', tenant: '3', path: 'acme/g3' }] };
  const tenant: Principal = { ...admin, namespaces: [{ id: '3', tenant: '3', path: 'acme' }] };
  it.each<[string, Partial<AuditLogsQuery>, Principal]>([
    ['nothing', {}, admin],
    ['secret_id', { secret_id: 'kv/1237' }, admin],
    ['a secret that is not there', { secret_id: 'kv/none' }, admin],
    ['user_identity, an id', { user_identity: '1237' }, admin],
    ['user_identity, a name', { user_identity: 'user 1237' }, admin],
    ['user_identity, an address', { user_identity: 'user1237@example.com' }, admin],
    ['a frequent access_type', { access_type: ['read'] }, admin],
    ['a rare access_type', { access_type: ['delete'] }, admin],
    ['an access_type that nobody has', { access_type: ['rotate'] }, admin],
    ['outcome', { outcome: 'denied' }, admin],
    ['an outcome that nobody has', { outcome: 'failure' }, admin],
    ['ip', { ip: '10.0.37.5' }, admin],
    ['an ip that nobody has', { ip: '10.9.9.9' }, admin],
    ['from and to', { from: '2026-09-10', to: '2026-09-11' }, admin],
    ['date_range', { date_range: '2026-09-10..2026-09-10' }, admin],
    ['the groups of the caller', {}, limited],
    ['the tenant of the caller', {}, tenant],
    [
      'all of it',
      { secret_id: 'kv/1237', user_identity: '1237', access_type: ['read'], from: '2026-09-01' },
      tenant,
    ],
  ])('by %s reads little of the table', async (_what, query, principal) => {
    const plan = await planOf(query, principal);
    const whole = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    expect(whole.map((node) => node['Relation Name'])).toEqual([]);
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(BLOCKS);
  });
});
