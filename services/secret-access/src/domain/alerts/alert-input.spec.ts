import { describe, expect, it } from '@jest/globals';
import { exampleEvent, type AuditEvent } from '@auditmesh/events';
import { Catalog } from '@auditmesh/events';
import { alertInputOf } from './alert-input.js';

const catalog = new Catalog();
const event = (type: string, change: object = {}): AuditEvent => ({
  ...exampleEvent(catalog.get(type)!, {
    emitted: '',
    event: { target: { type: 'secret', id: 'DB', name: 'DB' } },
  }),
  ...change,
});
const use = {
  ...{
    access_type: 'read',
    secret_id: 'kv/db',
    secret_path: null,
    mount: null,
    version: null,
    operation: null,
  },
  ...{ policies: [], request_id: null, error_code: null, guarantee: null, producer_id: 'p', sequence: null },
  ...{ corrects: null, unresolved: false },
};

describe('what the alert rules look at', () => {
  it('is every use of a secret, in the words of the mesh', () => {
    const read = event('secret_read', { secret_access: use, outcome: 'denied' });
    expect(alertInputOf(read, 1_000)).toMatchObject({
      event_id: read.id,
      tenant: '1',
      appended_at: 1_000_000,
      access_type: 'read',
      outcome: 'denied',
      secret_id: 'kv/db',
      actor_id: '17',
      ip: '10.1.2.3',
    });
    expect(alertInputOf(event('secrets_manager_update_project_secret'), 0)).toMatchObject({
      access_type: 'write',
      secret_id: 'acme/security-policies/DB',
    });
  });

  it('is never an alert, nor anything else', () => {
    const types = catalog
      .all()
      .map(({ name }) => name)
      .filter((name) => alertInputOf(event(name, { secret_access: use }), 0));
    expect(types).toEqual([
      ...['secret_delete', 'secret_list', 'secret_read', 'secret_rotate', 'secret_write'],
      ...['create_group', 'create_project', 'delete_group', 'delete_project']
        .concat(['read_group', 'read_project', 'update_group', 'update_project'])
        .map((what) => `secrets_manager_${what}_secret`),
    ]);
  });

  it('of a correction is the use that it corrects, and of an unresolved use belongs to no tenant', () => {
    const correction = event('secret_read', { secret_access: { ...use, corrects: 'earlier' } });
    expect(alertInputOf(correction, 0)?.event_id).toBe('earlier');
    const scope = { type: 'instance', id: null, path: null, root_namespace_id: null };
    expect(alertInputOf(event('secret_read', { secret_access: use, scope }), 0)?.tenant).toBe('0');
  });
});
