import { describe, expect, it } from '@jest/globals';
import { noEntity, type DirectoryChanged } from '@auditmesh/events';
import { Directory } from '@auditmesh/policies';
import { eventOfLink } from './policy-links.js';

const none = { ...noEntity };
const directory = new Directory();
directory.apply('namespace/1', {
  ...none,
  tenant: '1',
  namespace: { id: 1, path: 'acme', parent_id: null, log_shards: 1 },
});
for (const [id, path] of [
  [42, 'acme/policies'],
  [43, 'acme/new-policies'],
] as const)
  directory.apply(`project/${id}`, {
    ...none,
    tenant: '1',
    project: { id, path, namespace_id: 1, archived: false, personal: false, settings: '{}' },
  });

function event(linked: boolean, change: Partial<DirectoryChanged> = {}, policyProjectId = 43) {
  const policy_link = { policy_project_id: policyProjectId, namespace_id: 1, project_id: null };
  const whole: DirectoryChanged = {
    key: `policy-link/namespace/1/${policyProjectId}`,
    tenant: '1',
    occurred_at: 1_795_000_000_000_000,
    actor: { id: '17', type: 'user', name: 'Ann', email: null, ip: null, user_agent: null },
    entry: linked ? { ...none, tenant: '1', policy_link } : null,
    replaces: null,
    replaced_by: null,
    ...change,
  };
  const target = { kind: 'namespace' as const, id: 1 };
  const link = { change: whole, target, policyProjectId, source: 's', id: 'i', topic: 't', traceId: null };
  return eventOfLink(link, directory)?.event;
}

describe('a policy project that is linked to a group', () => {
  it('gives an event in the group', () => {
    expect(event(true)).toMatchObject({
      type: 'policy_project_updated',
      scope: { type: 'group', id: '1', path: 'acme', root_namespace_id: '1' },
      target: { type: 'project', id: '43', name: 'acme/new-policies' },
      actor: { id: '17' },
      message: 'Linked the security policy project "acme/new-policies"',
      policy_project: { change: 'linked', before: null, after: { id: 43, path: 'acme/new-policies' } },
    });
  });

  it('gives an event when it is unlinked', () => {
    expect(event(false, {}, 42)).toMatchObject({
      message: 'Unlinked the security policy project "acme/policies"',
      policy_project: { change: 'unlinked', before: { id: 42 }, after: null },
    });
  });

  it('gives one event when it takes the place of another', () => {
    expect(event(true, { replaces: 42 })).toMatchObject({
      message: 'Changed the linked security policy project from "acme/policies" to "acme/new-policies"',
      policy_project: { change: 'replaced', before: { id: 42 }, after: { id: 43 } },
    });
    expect(event(false, { replaced_by: 43 }, 42)).toBeUndefined();
  });
});
