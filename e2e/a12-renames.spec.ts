import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { PolicyRepository } from '@auditmesh/testing';
import { approval, approvals, policyFile } from './support/policy-file.js';
import { lineOf, PolicyProject } from './support/policy-project.js';
import { TestMesh, type EventJson } from './support/test-mesh.js';

let mesh: TestMesh;
let policies: PolicyProject;

beforeAll(async () => {
  mesh = await TestMesh.start();
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [
      { id: 42, path: 'acme/security-policies', namespace: 1 },
      { id: 43, path: 'acme/other-policies', namespace: 1 },
      { id: 70, path: 'acme/ledger', namespace: 1 },
    ],
    policy_links: [{ policy_project: 42, namespace: 1 }],
  });
  policies = new PolicyProject(mesh, 42);
});

afterAll(async () => {
  await mesh?.stop();
});

/** What happened, with the name before or after. */
const rename = (event: EventJson): string =>
  `${lineOf(event)}, from ${event.details.renamed_from}, to ${event.details.renamed_to}`;
const secrets = approval('Secrets', { description: 'None in the code' });

describe('a policy that is renamed', () => {
  it('is deleted and created, and each of the two names the other', async () => {
    await policies.push(policyFile(approval('Two eyes'), secrets));
    const events = await policies.push(policyFile(approval('Four eyes'), secrets));
    expect(events.map(rename)).toEqual([
      'create Four eyes, from Two eyes, to null',
      'delete Two eyes, from null, to Four eyes',
    ]);
    const [created, deleted] = events;
    expect(created!.occurred_at).toBe(deleted!.occurred_at);
    expect(created!.details.commit_sha).toBe(deleted!.details.commit_sha);
    for (const { consolidation } of events)
      expect(consolidation).toMatchObject({ affected_projects_count: 3, complete: true });
  });

  it('is told apart from others that are renamed at the same time', async () => {
    const events = await policies.push(
      policyFile({ ...secrets, name: 'No secrets' }, approval('Eight eyes')),
    );
    expect(events.map(rename)).toEqual([
      'create Eight eyes, from Four eyes, to null',
      'create No secrets, from Secrets, to null',
      'delete Four eyes, from null, to Eight eyes',
      'delete Secrets, from null, to No secrets',
    ]);
  });

  it('and changed as well is deleted and created, without a name from which or to which', async () => {
    const events = await policies.push(
      policyFile({ ...secrets, name: 'No secrets' }, approval('Many eyes', { actions: [approvals(9)] })),
    );
    expect(events.map(rename)).toEqual([
      'create Many eyes, from null, to null',
      'delete Eight eyes, from null, to null',
    ]);
  });

  it('is the same policy under the older key of its type', async () => {
    const file = {
      scan_result_policy: [
        { ...secrets, name: 'No secrets' },
        approval('Many eyes', { actions: [approvals(9)] }),
      ],
    };
    expect(await policies.push(stringify(file))).toEqual([]);
  });

  it('is found in the history of a repository', async () => {
    const repository = new PolicyRepository(join(mesh.folder, 'policies'));
    repository.commit('Ann Lee', policyFile(approval('Two eyes')));
    repository.commit('Ben Okafor', policyFile(approval('Four eyes')));
    await mesh.cli('policies', 'import', '--repo', repository.path, '--policy-project', '43');
    const events = await mesh.events('scope=project:43&actor=Ben Okafor');
    expect(events.map(rename).toSorted()).toEqual([
      'create Four eyes, from Two eyes, to null',
      'delete Two eyes, from null, to Four eyes',
    ]);
  });
});

describe('that a rename is a delete and a create, the documentation', () => {
  it.each(['docs/audit-events.md', 'services/policy-sync/README.md'])('says so in %s', (page) => {
    const text = readFileSync(join(import.meta.dirname, '..', page), 'utf8').replaceAll(/[\s*`]+/g, ' ');
    expect(text).toMatch(/a rename is a delete and a create/i);
    for (const field of ['renamed_from', 'renamed_to']) expect(text).toContain(field);
  });
});
