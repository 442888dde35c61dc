import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brokenBy, merge, post } from './support/compliance.js';
import { TestMesh } from './support/test-mesh.js';

const ofMerges = [
  'merge_request_prevent_author_approval',
  'merge_request_prevent_committers_approval',
  'minimum_approvals_required_1',
  'minimum_approvals_required_2',
];
/** As ADR 005 shows one, with a control listed twice. */
const release = `---
name: release_published
description: A release is published
introduced_by_issue: https://platform.example/issues/1
introduced_by_mr: https://platform.example/merge_requests/1
feature_category: release_orchestration
milestone: '17.5'
saved_to_database: true
streamed: true
scope: [Project]
compliance_requirement_controls: [minimum_approvals_required_1, merge_request_prevent_author_approval, minimum_approvals_required_1]
`;

let mesh: TestMesh;
let types: string;

beforeAll(async () => {
  types = mkdtempSync(join(tmpdir(), 'types-'));
  writeFileSync(join(types, 'release_published.yml'), release);
  mesh = await TestMesh.start({ CATALOG_FOLDER: types });
  await mesh.directory({
    namespaces: [{ id: 1, path: 'acme' }],
    projects: [{ id: 70, path: 'acme/ledger', namespace: 1 }],
    frameworks: [
      {
        ...{ id: 3, namespace: 1, name: 'SOC 2', projects: [70] },
        requirements: [{ id: 31, name: 'Merges', controls: ofMerges }],
      },
    ],
  });
});

afterAll(async () => {
  await mesh?.stop();
  rmSync(types, { recursive: true, force: true });
});

const worst = { approvers: [], approving_author: true, approving_committers: ['ann'] };
const published = {
  target: { type: 'release', id: '1', name: '1.0' },
  message: 'Published 1.0',
  details: worst,
};

describe('the trigger list of an event type', () => {
  it('names several controls, as its file says', async () => {
    const { type } = await mesh.cli<{ type: { controls: string[] } }>(
      'catalog',
      'show',
      'merge_request_merged',
    );
    expect(type.controls.toSorted()).toEqual(ofMerges);
  });

  it('decides which controls an event is evaluated for: all of them', async () => {
    const byNobody = await merge(mesh, 70, []);
    expect(await brokenBy(mesh, byNobody, 70)).toEqual(ofMerges.slice(2));
    const byItsAuthor = await merge(mesh, 70, ['ann', 'ben']);
    expect(await brokenBy(mesh, byItsAuthor, 70)).toEqual(ofMerges.slice(0, 2));
  });

  it('of a type without one triggers nothing', async () => {
    expect(await brokenBy(mesh, await post(mesh, 70, 'member_added', published), 70)).toEqual([]);
  });

  it('may be one of a file of others, where a control that is listed twice counts once', async () => {
    const broken = await brokenBy(mesh, await post(mesh, 70, 'release_published', published), 70);
    expect(broken).toEqual(['merge_request_prevent_author_approval', 'minimum_approvals_required_1']);
  });
});
