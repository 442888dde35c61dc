import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { runProgram, TestKafka, TestPostgres } from '@auditmesh/testing';
import type { DataSource } from 'typeorm';
import { admin, type Principal } from '../domain/principal.js';
import { apiDataSource } from '../store/data-source.js';
import { DirectoryRows } from '../store/directory-rows.js';
import { ViolationSearch } from './violation-search.js';
import { violationsFilter, type ViolationsFilterQuery } from './violations.query.js';

const ROWS = 100_000;
/** Blocks of 8 KiB that a page of 50 may touch, indexes included; the table alone has more than 4,000. */
const BLOCKS = 2_000;

let postgres: TestPostgres;
let source: DataSource;
let search: ViolationSearch;

beforeAll(async () => {
  postgres = await TestPostgres.create();
  await runProgram('projector', 'migrate.main.js', {
    ...new TestKafka().environment,
    DATABASE_URL: postgres.url,
  });
  // Of 7 tenants, 2,100 projects, 60 controls, 40 frameworks with 3 requirements each, 2,000 people; one in 1,000 critical or dismissed.
  await postgres.query(`
    INSERT INTO trail.project_compliance_violations (id, created_at, updated_at, detected_at, tenant, project_id, project_path, namespace_id,
      compliance_requirement_id, compliance_requirement_expression, audit_event_id, audit_event_type, audit_event_log, log, control, title,
      severity, status, actor_id, actor_type, actor_name, actor_email)
    SELECT gen_random_uuid(), now(), now(), timestamptz '2026-09-01Z' + n * interval '43 s', (n % 7)::text, n % 2100,
      'acme/g' || n % 700 || '/p' || n % 2100, n % 700, n % 120, '{"expression":"size(event.details.approvers) >= 2","values":{}}',
      gen_random_uuid(), 'merge_request_merged', n % 7 || '.0', n % 7 || '.0', 'control_' || n % 60, 'A control',
      CASE WHEN n % 1001 = 0 THEN 'critical' ELSE 'high' END, CASE WHEN n % 1003 = 0 THEN 3 WHEN n % 2 = 0 THEN 2 ELSE 0 END,
      (n % 2000)::text, 'user', 'User ' || n % 2000, 'user' || n % 2000 || '@example.com'
    FROM generate_series(1, ${ROWS}) n`);
  await postgres.query(`
    INSERT INTO trail.project_compliance_violation_requirements
    SELECT id, compliance_requirement_id, 'Requirement', compliance_requirement_id / 3, 'Framework', 0, detected_at
    FROM trail.project_compliance_violations`);
  await postgres.query(
    'ANALYZE trail.project_compliance_violations; ANALYZE trail.project_compliance_violation_requirements',
  );
  source = await apiDataSource(postgres.url, 'trail').initialize();
  search = new ViolationSearch(source, new DirectoryRows(source));
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

async function planOf(query: ViolationsFilterQuery, principal: Principal): Promise<Plan> {
  const filter = violationsFilter(query, principal, query.namespace);
  const [sql, values] = search.statement(filter, 51).getQueryAndParameters();
  const [row] = await source.query<{ 'QUERY PLAN': { Plan: Plan }[] }[]>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${sql}`,
    values,
  );
  return row!['QUERY PLAN'][0]!.Plan;
}

const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

describe('the plan of a page of violations, as the role of the api', () => {
  const limited: Principal = { ...admin, namespaces: [{ id: '50', tenant: '3', path: 'acme/g3' }] };
  const tenant: Principal = { ...admin, namespaces: [{ id: '3', tenant: '3', path: 'acme' }] };
  it.each<[string, ViolationsFilterQuery, Principal]>([
    ['nothing', {}, admin],
    ['project', { project: 1237 }, admin],
    ['a project without any', { project: 99_999 }, admin],
    ['namespace', { namespace: 'acme/g37' }, admin],
    ['framework', { framework: 17 }, admin],
    ['a framework without any', { framework: 999 }, admin],
    ['requirement', { requirement: 17 }, admin],
    ['control', { control: ['control_17'] }, admin],
    ['a frequent status', { status: ['detected'] }, admin],
    ['a rare status', { status: ['dismissed'] }, admin],
    ['a rare severity', { severity: ['critical'] }, admin],
    ['a severity that none has', { severity: ['low'] }, admin],
    ['actor, an id', { actor: '1237' }, admin],
    ['actor, a name', { actor: 'user 1237' }, admin],
    ['actor, an address', { actor: 'user1237@example.com' }, admin],
    ['from and to', { from: '2026-09-10', to: '2026-09-11' }, admin],
    ['the groups of the caller', {}, limited],
    ['the tenant of the caller', {}, tenant],
    [
      'all of it',
      { project: 1237, framework: 17, status: ['detected'], severity: ['high'], from: '2026-09-01' },
      tenant,
    ],
  ])('by %s reads little of the table', async (_what, query, principal) => {
    const plan = await planOf(query, principal);
    const whole = nodes(plan).filter((node) => node['Node Type'] === 'Seq Scan');
    expect(whole.map((node) => node['Relation Name'])).toEqual([]);
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThan(BLOCKS);
  });
});
