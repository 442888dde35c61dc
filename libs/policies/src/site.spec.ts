import { describe, expect, it } from '@jest/globals';
import { noEntity, type DirectoryEntry } from '@auditmesh/events';
import { Directory } from './directory.js';
import { siteOf } from './site.js';

const none = { tenant: '1', ...noEntity };

/** acme (1) with payments (2) below it; other (9); projects 70, 71 in payments and 90 in other. */
function directory(...links: ['namespace' | 'project', number][]): Directory {
  const all = new Directory();
  const put = (key: string, entry: Partial<DirectoryEntry>) => all.apply(key, { ...none, ...entry });
  const namespace = (id: number, path: string, parent_id: number | null, log_shards = 1) =>
    put(`namespace/${id}`, { namespace: { id, path, parent_id, log_shards } });
  const project = (id: number, path: string, namespace_id: number) =>
    put(`project/${id}`, {
      project: { id, path, namespace_id, archived: false, personal: false, settings: '{}' },
    });
  namespace(1, 'acme', null);
  namespace(2, 'acme/payments', 1);
  namespace(9, 'other', null, 4);
  project(70, 'acme/payments/ledger', 2);
  project(71, 'acme/payments/gateway', 2);
  project(90, 'other/policies', 9);
  for (const [kind, id] of links) {
    const policy_link = {
      policy_project_id: 42,
      namespace_id: kind === 'namespace' ? id : null,
      project_id: kind === 'project' ? id : null,
    };
    put(`policy-link/${kind}/${id}/42`, { policy_link });
  }
  return all;
}

describe('siteOf', () => {
  it('is the project with its path, in the log that the tenant keeps for it', () => {
    expect(siteOf(directory(), 90)).toMatchObject({
      scope: { type: 'project', id: '90', path: 'other/policies', root_namespace_id: '9' },
      unresolved: false,
    });
    expect(siteOf(directory(), 90).log).toMatch(/^9\.[0-3]$/);
  });

  it('takes the tenant from what an unlisted policy project governs', () => {
    expect(siteOf(directory(['namespace', 2], ['project', 70]), 42)).toMatchObject({
      scope: { path: null, root_namespace_id: '1' },
      log: '1.0',
      unresolved: false,
    });
  });

  it.each<[string, ['namespace' | 'project', number][]]>([
    ['nothing', []],
    ['what the directory does not know', [['namespace', 1_000]]],
    [
      'more than one tenant',
      [
        ['namespace', 1],
        ['namespace', 9],
      ],
    ],
  ])('is unresolved when it governs %s', (_what, links) => {
    expect(siteOf(directory(...links), 42)).toMatchObject({
      log: '0.0',
      unresolved: true,
      scope: { root_namespace_id: null },
    });
  });
});
