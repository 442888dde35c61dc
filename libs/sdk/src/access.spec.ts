import { describe, expect, test } from '@jest/globals';
import { secretAccess, type Access } from './access.js';

const access: Access = { action: 'read', secret: { id: 'kv/db' }, actor: { type: 'user', id: '7' } };
const success = { outcome: 'success' } as const;

describe('the record of an access', () => {
  test('takes known fields over and nothing else', () => {
    const more = { ...access, value: 'hunter2', secret: { id: 'kv/db', value: 'hunter2' } };
    const record = secretAccess(more, success, 'fail-closed');
    expect(record).toMatchObject({ action: 'read', secret_id: 'kv/db', guarantee: 'fail_closed' });
    expect(JSON.stringify(record)).not.toContain('hunter2');
  });

  test('keeps the identity of the secret whole, and cuts what is said about it', () => {
    const id = 'x'.repeat(4_096);
    const record = secretAccess(
      { ...access, secret: { id }, actor: { type: 'user', userAgent: id } },
      success,
      'spooled',
    );
    expect(record.secret_id).toBe(id);
    expect(record.actor.user_agent).toHaveLength(1_025);
    expect(() => secretAccess({ ...access, secret: { id: `${id}x` } }, success, 'spooled')).toThrow('4096');
  });

  test('makes text visible that no table can hold', () => {
    const record = secretAccess({ ...access, secret: { id: 'a\u0000b' } }, success, 'spooled');
    expect(record.secret_id).toBe('a\\u0000b');
  });

  test.each([
    [{ ...access, action: 'peek' }, 'action'],
    [{ ...access, secret: { id: '' } }, 'id'],
    [{ ...access, secret: undefined }, 'id'],
    [{ ...access, actor: {} }, 'type'],
    [{ ...access, policy: 7 }, 'text'],
  ])('is refused for %j', (wrong, what) => {
    expect(() => secretAccess(wrong as unknown as Access, success, 'spooled')).toThrow(what);
  });
});
