import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import fc from 'fast-check';
import { PolicyRepository } from '@auditmesh/testing';
import { readPolicyFile } from '@auditmesh/policies';
import { corpus } from '../libs/policies/corpus/corpus.js';
import { TestMesh } from './support/test-mesh.js';

const COMMITS = 200;
const seed = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
process.stdout.write(`A history of policy files by chance: FUZZ_SEED=${seed}\n`);

const texts = (['valid', 'odd', 'invalid'] as const).flatMap(corpus).map(({ content }) => content);

/** A version of the policy file: of the corpus, of several of its files in one, with a slip, or none at all. */
const version = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...texts) },
  {
    weight: 3,
    arbitrary: fc.tuple(fc.constantFrom(...texts), fc.constantFrom(...texts)).map(([a, b]) => a + b),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...texts),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string({ maxLength: 5 }),
        fc.nat(20),
      )
      .map(([text, at, slip, cut]) => {
        const start = Math.floor(at * text.length);
        return text.slice(0, start) + slip + text.slice(start + cut);
      }),
  },
  { weight: 1, arbitrary: fc.constant(null) },
);

let mesh: TestMesh;

beforeAll(async () => {
  mesh = await TestMesh.start();
  const file = mesh.write(
    'directory.yml',
    `namespaces: [{id: 1, path: acme}, {id: 2, path: acme/payments, parent: 1}]
projects:
  - {id: 42, path: acme/security-policies, namespace: 1}
  - {id: 70, path: acme/payments/ledger, namespace: 2}
  - {id: 71, path: acme/payments/gateway, namespace: 2}
policy_links: [{policy_project: 42, namespace: 1}]
`,
  );
  await mesh.cli('directory', 'import', file);
});

afterAll(async () => {
  await mesh?.stop();
});

describe('the history of a policy repository, whatever is in it', () => {
  it('is imported whole, each commit with its changes or the reason why it is invalid', async () => {
    const repository = new PolicyRepository(join(mesh.folder, 'policies'));
    let current: string | null = null;
    const invalid = new Set<string>();
    const commits: string[] = [];
    for (const content of fc.sample(version, { seed, numRuns: 10 * COMMITS })) {
      if (commits.length === COMMITS) break;
      if (content === current) continue;
      const sha = repository.commit('Ann Lee', content);
      commits.push(sha);
      if (content !== null && !readPolicyFile(content).valid) invalid.add(sha);
      current = content;
    }

    const result = await mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '42');
    expect(result).toMatchObject({ commits: COMMITS, pushed: COMMITS, searchable: true });
    const events = await mesh.events('scope=project:42');
    expect(events).toHaveLength(Number(result.events));

    const broken = events.filter(({ type }) => type === 'security_policy_yaml_invalidated');
    expect(new Set(broken.map(({ details }) => details.commit_sha))).toEqual(invalid);
    for (const { details } of broken) expect(details.errors.length).toBeGreaterThan(0);

    const names = new Set<string>();
    for (const { type, target } of events) {
      if (type === 'security_policy_create') {
        expect(names).not.toContain(target.id);
        names.add(target.id!);
      }
      if (type === 'security_policy_update') expect(names).toContain(target.id);
      if (type === 'security_policy_delete') expect(names.delete(target.id!)).toBe(true);
    }
    expect(events.length).toBeGreaterThan(COMMITS);
    expect(
      await mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '42'),
    ).toMatchObject({ known: COMMITS, pushed: 0, events: 0 });
  });
});
