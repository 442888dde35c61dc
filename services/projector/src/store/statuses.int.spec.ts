import {
  complianceStatuses,
  complianceTimelines,
  DirectoryOverTime,
  LATEST,
  requiredOverTime,
  runAt,
  violationStatuses,
  type ViolationStatus,
} from '@auditmesh/compliance';
import {
  plainFramework,
  plainRequirement,
  topics,
  type ComplianceChange,
  type DirectoryChanged,
} from '@auditmesh/events';
import { sampleChange, sampleDetection, sampleDirectoryChange, TestPostgres } from '@auditmesh/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { migrate } from '../migrations/data-source.js';
import { Database } from './database.js';
import { DirectoryHistory } from './directory-history.js';
import { DirectoryTables } from './directory.js';
import { Statuses } from './statuses.js';
import { Violations } from './violations.js';

const RUNS = 30;
const BEGIN_MS = 1_795_000_000_000;
const projects = [70, 71, 72];
const controls = ['a', 'b', 'c'];

let postgres: TestPostgres;
let database: Database;

beforeAll(async () => {
  postgres = await TestPostgres.create();
  await migrate(postgres.url, 'trail');
  database = new Database(postgres.url, 'trail');
});

afterAll(async () => {
  await database.onApplicationShutdown();
  await postgres.drop();
});

const namespace = fc.constantFrom(1, 2, 3);
const requirements = fc
  .array(fc.subarray(controls), { maxLength: 2 })
  .map((lists) => lists.map((list, i) => ({ ...plainRequirement, id: i, name: `r${i}`, controls: list })));

const directoryChange: fc.Arbitrary<DirectoryChanged> = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(fc.constantFrom(2, 3), fc.constantFrom(1, 2)).map(([id, parent_id]) =>
      sampleDirectoryChange(`namespace/${id}`, {
        namespace: { id, path: `n${id}`, parent_id, log_shards: 1 },
      }),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(...projects), namespace)
      .map(([id, namespace_id]) =>
        sampleDirectoryChange(`project/${id}`, { project: project(id, namespace_id) }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(1, 2),
        fc.subarray(projects),
        fc.subarray([1, 2, 3], { maxLength: 1 }),
        fc.boolean(),
        requirements,
      )
      .map(([id, named, groups, by_default, list]) =>
        sampleDirectoryChange(`framework/${id}`, {
          framework: {
            ...{
              ...plainFramework,
              id,
              namespace_id: 1,
              name: `f${id}`,
              projects: named,
              groups,
              by_default,
            },
            requirements: list.map((each) => ({ ...each, id: id * 10 + each.id })),
          },
        }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('framework/1', 'framework/2', 'project/70', 'namespace/2')
      .map((key) => sampleDirectoryChange(key, null)),
  },
);

const place = { project_id: fc.constantFrom(...projects), control: fc.constantFrom(...controls) };
const half = fc.nat(80).map((n) => BEGIN_MS * 1000 + n * 500);
type Told =
  | { kind: 'detection'; project_id: number; control: string; at: number }
  | { kind: 'transition'; of: number; later: number; to: ViolationStatus }
  | { kind: 'state'; project_id: number; control: string; at: number; state: string };
const told: fc.Arbitrary<Told> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('detection' as const), ...place, at: half }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('transition' as const),
      of: fc.nat(),
      later: fc.nat(10),
      to: fc.constantFrom(...violationStatuses),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('state' as const),
      ...place,
      at: half,
      state: fc.constantFrom('pass', 'pass', 'fail', 'pending', 'indeterminate'),
    }),
  },
);

type Step = { directory: DirectoryChanged[]; wait: number } | { told: Told[] };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ directory: fc.array(directoryChange, { minLength: 1, maxLength: 4 }), wait: fc.nat(5) }),
    fc.record({ told: fc.array(told, { minLength: 1, maxLength: 6 }) }),
  ),
  { minLength: 2, maxLength: 12 },
);

const project = (id: number, namespace_id: number) => ({
  ...{ id, path: `p${id}`, namespace_id, archived: false, personal: false, settings: '{}' },
});
const start = [
  sampleDirectoryChange('namespace/1', { namespace: { id: 1, path: 'n1', parent_id: null, log_shards: 1 } }),
  ...projects.map((id) => sampleDirectoryChange(`project/${id}`, { project: project(id, 1) })),
];

/** Writes what it is given, and remembers it in order to say what must come of it. */
class Run {
  readonly directory = new DirectoryOverTime();
  private readonly violations: {
    change: ComplianceChange;
    transitions: { at: number; to: ViolationStatus }[];
  }[] = [];
  private readonly states: ComplianceChange[] = [];
  private readonly offsets = new Map<string, number>();
  private readonly history = new DirectoryHistory();
  private readonly statuses = new Statuses(this.history);
  private readonly tables = new DirectoryTables(database, this.history, this.statuses);
  private readonly store = new Violations(database, this.statuses);
  private count = 0;
  private now = BEGIN_MS;

  async change(changes: DirectoryChanged[], wait: number): Promise<void> {
    this.now += wait;
    const range = this.range(topics.directoryChanges.name, changes.length);
    const recorded = changes.map((change, i) => ({
      ...{ change, partition: 0, offset: (range.expectedOffset ?? 0) + i, recordedAt: this.now },
    }));
    for (const { change, offset } of recorded)
      this.directory.apply(change, { micros: this.now * 1000, partition: 0, offset });
    await this.tables.write(range, recorded);
  }

  /** @param times how often the same records come */
  async tell(list: Told[], times: number): Promise<void> {
    const changes = list.flatMap((each) => this.changeOf(each) ?? []);
    for (let i = 0; i < times; i++) {
      const range = this.range(topics.complianceViolations.name, changes.length);
      const offset = range.expectedOffset ?? 0;
      const recorded = changes.map((change, n) => ({
        ...{ change, log: '1.0', offset: offset + n, recordedAt: this.now },
      }));
      await this.store.write(range, recorded, (refused) => Promise.resolve(expect(refused).toEqual([])));
    }
  }

  expected(): unknown[] {
    return projects.flatMap((id) => {
      const facts = new Map(controls.map((name) => [name, this.factsOf(id, name)]));
      const timelines = complianceTimelines({
        required: requiredOverTime(this.directory, id),
        controls: facts,
      });
      return this.directory.frameworksOf(id, LATEST).flatMap((framework) =>
        framework.requirements.map((requirement) => {
          const { status, from } = runAt(timelines.requirements.get(requirement.id)!, LATEST)!;
          return {
            project: id,
            requirement: requirement.id,
            status: complianceStatuses.indexOf(status!),
            since: from,
          };
        }),
      );
    });
  }

  private factsOf(id: number, name: string) {
    const isOf = ({ project_id, control }: ComplianceChange) => project_id === id && control === name;
    return {
      states: this.states
        .filter(isOf)
        .map(({ at, control_state }) => ({ at, state: control_state!.state as 'pass' })),
      violations: this.violations
        .filter(({ change }) => isOf(change))
        .map(({ change: { at }, transitions }) => ({ at, transitions })),
    };
  }

  private changeOf(each: Told): ComplianceChange | undefined {
    const n = this.count++;
    if (each.kind === 'detection') {
      const { project_id, control, at } = each;
      const change = sampleDetection(n, { project_id, control, at });
      this.violations.push({ change, transitions: [] });
      return change;
    }
    if (each.kind === 'state') {
      const { project_id, control, at, state } = each;
      const control_state = { state, reason: null, values: null, due_at: null };
      const change = sampleChange(n, { project_id, control, at, control_state });
      this.states.push(change);
      return change;
    }
    if (!this.violations.length) return undefined;
    const { change, transitions } = this.violations[each.of % this.violations.length]!;
    const { project_id, control } = change;
    const last = transitions.at(-1);
    const at = (last?.at ?? change.at) + each.later * 500;
    transitions.push({ at, to: each.to });
    return sampleChange(n, {
      ...{ project_id, control, at },
      transition: {
        ...{ violation_id: change.detection!.violation_id, number: transitions.length },
        ...{ from: last?.to ?? 'detected', to: each.to, automatic: false, reason: null },
      },
    });
  }

  private range(topic: string, count: number) {
    const expectedOffset = this.offsets.get(topic);
    const nextOffset = (expectedOffset ?? 0) + count;
    this.offsets.set(topic, nextOffset);
    return { group: 'projector', topic, partition: 0, expectedOffset, nextOffset };
  }
}

const emptied = `TRUNCATE trail.kafka_offsets, trail.directory_versions, trail.namespaces, trail.projects,
  trail.compliance_management_frameworks, trail.compliance_requirements, trail.compliance_requirements_controls,
  trail.project_compliance_violations, trail.project_compliance_violation_requirements,
  trail.project_compliance_violation_changes, trail.project_control_states, trail.project_requirement_compliance_status`;

const written = async () =>
  (
    await postgres.query<{ project: string; requirement: string; status: number; since: string }>(
      `SELECT project_id AS project, compliance_requirement_id AS requirement, status,
         (extract(epoch FROM since) * 1000000)::bigint AS since
       FROM trail.project_requirement_compliance_status ORDER BY 1, 2`,
    )
  ).map(({ project: p, requirement, status, since }) => ({
    ...{ project: Number(p), requirement: Number(requirement), status, since: Number(since) },
  }));

describe('statuses of requirements in the database', () => {
  it('are after every batch what all facts so far come to, in whatever order and however often they come', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.integer({ min: 1, max: 2 }), async (list, times) => {
        await postgres.query(emptied);
        const run = new Run();
        await run.change(start, 0);
        for (const step of list) {
          if ('told' in step) await run.tell(step.told, times);
          else await run.change(step.directory, step.wait);
          expect(await written()).toEqual(run.expected());
        }
      }),
      { numRuns: RUNS, endOnFailure: true },
    );
  }, 120_000);
});
