import { describe, expect, it } from '@jest/globals';
import { useRules } from '../../../test/device-lines.js';
import { parts } from './path-meanings.js';
import { secretUse } from './secret-use.js';

const all = { ...useRules, parts: new Set(parts) };

/** Mount type, operation and path, and what they tell: use and secret, or nothing. */
const told = (type: string | null, operation: string, path: string, rules = useRules): string => {
  const mount_point = type === null ? null : path.slice(0, path.indexOf('/') + 1);
  const use = secretUse({ operation, path, mount_point, mount_type: type, namespace_path: '' }, rules);
  return use ? `${use.accessType} ${use.secretId}${use.version ? ` version ${use.version}` : ''}` : 'nothing';
};

describe('what an operation does to a secret', () => {
  it.each<[string | null, string, string, string]>([
    ['kv', 'read', 'kv/data/a/b', 'read kv/a/b'],
    ['kv', 'create', 'kv/data/a/b', 'write kv/a/b'],
    ['kv', 'update', 'kv/data/a/b', 'write kv/a/b'],
    ['kv', 'patch', 'kv/data/a/b', 'write kv/a/b'],
    ['kv', 'delete', 'kv/data/a/b', 'delete kv/a/b'],
    ['kv', 'list', 'kv/metadata/a/', 'list kv/a/'],
    ['kv', 'list', 'kv/metadata/', 'list kv/'],
    ['kv', 'list', 'kv/metadata', 'list kv/'],
    ['kv', 'read', 'kv/metadata-of/x', 'read kv/metadata-of/x'],
    ['kv', 'scan', 'kv/metadata/a/', 'list kv/a/'],
    ['kv', 'read', 'kv/metadata/a/b', 'list kv/a/b'],
    ['kv', 'update', 'kv/metadata/a/b', 'write kv/a/b'],
    ['kv', 'delete', 'kv/metadata/a/b', 'delete kv/a/b'],
    ['kv', 'read', 'kv/subkeys/a/b', 'list kv/a/b'],
    ['kv', 'update', 'kv/delete/a/b', 'delete kv/a/b'],
    ['kv', 'update', 'kv/undelete/a/b', 'write kv/a/b'],
    ['kv', 'update', 'kv/destroy/a/b', 'delete kv/a/b'],
    ['kv', 'update', 'kv/config', 'write kv/config'],
    ['kv', 'read', 'kv/a/rotate', 'read kv/a/rotate'],
    ['kv', 'help', 'kv/data/a', 'nothing'],
    ['generic', 'read', 'old/a', 'read old/a'],
    ['cubbyhole', 'read', 'cubbyhole/response', 'read cubbyhole/response'],
    [null, 'read', 'kv/data/a', 'read kv/a'],
    [null, 'read', 'kv/token/a', 'read kv/token/a'],
    ['transit', 'update', 'transit/decrypt/k', 'read transit/keys/k'],
    ['transit', 'update', 'transit/sign/k/sha2-256', 'read transit/keys/k'],
    ['transit', 'update', 'transit/datakey/plaintext/k', 'read transit/keys/k'],
    ['transit', 'read', 'transit/export/encryption-key/k/3', 'read transit/keys/k version 3'],
    ['transit', 'read', 'transit/keys/k', 'list transit/keys/k'],
    ['transit', 'list', 'transit/keys/', 'list transit/keys/'],
    ['transit', 'update', 'transit/keys/k', 'write transit/keys/k'],
    ['transit', 'update', 'transit/keys/k/rotate', 'rotate transit/keys/k'],
    ['transit', 'update', 'transit/random/32', 'nothing'],
    ['pki', 'update', 'pki/issue/web', 'read pki/issue/web'],
    ['pki', 'update', 'pki/issuer/default/sign/web', 'read pki/sign/web'],
    ['pki', 'read', 'pki/ca/pem', 'nothing'],
    ['pki', 'read', 'pki/crl', 'nothing'],
    ['pki', 'list', 'pki/issuers', 'nothing'],
    ['pki', 'update', 'pki/issuers/import/bundle', 'write pki/issuers/import/bundle'],
    ['pki', 'update', 'pki/root/generate/exported', 'write pki/root/generate/exported'],
    ['pki', 'update', 'pki/revoke', 'delete pki/revoke'],
    ['database', 'read', 'database/creds/r', 'read database/creds/r'],
    ['database', 'read', 'database/static-creds/r', 'read database/static-creds/r'],
    ['database', 'update', 'database/rotate-root/m', 'rotate database/rotate-root/m'],
    ['database', 'update', 'database/config/m', 'write database/config/m'],
    ['aws', 'update', 'aws/creds/r', 'read aws/creds/r'],
    ['aws', 'update', 'aws/sts/r', 'read aws/sts/r'],
    ['aws', 'update', 'aws/config/rotate-root', 'rotate aws/config/rotate-root'],
    ['gcp', 'read', 'gcp/roleset/r/token', 'read gcp/roleset/r/token'],
    ['kubernetes', 'update', 'kubernetes/creds/r', 'read kubernetes/creds/r'],
    ['ldap', 'update', 'ldap/library/team/check-out', 'read ldap/team'],
    ['totp', 'read', 'totp/code/k', 'read totp/keys/k'],
    ['ssh', 'update', 'ssh/sign/r', 'read ssh/sign/r'],
    ['something-new', 'frobnicate', 'new/x', 'read new/x'],
    ['system', 'update', 'sys/wrapping/unwrap', 'read sys/wrapping/unwrap'],
    ['system', 'read', 'sys/raw/core/keyring', 'read sys/raw/core/keyring'],
    ['system', 'read', 'sys/storage/raft/snapshot', 'read sys/storage/raft/snapshot'],
    ['system', 'update', 'sys/audit/main', 'write sys/audit/main'],
    ['system', 'delete', 'sys/audit/main', 'delete sys/audit/main'],
    ['system', 'read', 'sys/audit', 'nothing'],
    ['system', 'update', 'sys/audit-hash/main', 'read sys/audit-hash/main'],
    ['system', 'update', 'sys/rotate', 'rotate sys/rotate'],
    ['system', 'update', 'sys/leases/lookup', 'nothing'],
    ['system', 'read', 'sys/policies/acl/p', 'nothing'],
    ['userpass', 'update', 'auth/userpass/login/ann', 'nothing'],
    ['identity', 'read', 'identity/entity/id/1', 'nothing'],
  ])('%s: %s %s is %s', (type, operation, path, use) => expect(told(type, operation, path)).toBe(use));

  it('is told of the other parts of the server where they are asked for', () => {
    expect(told('userpass', 'update', 'auth/userpass/login/ann', all)).toBe('write auth/userpass/login/ann');
    expect(told('system', 'read', 'sys/policies/acl/p', all)).toBe('read sys/policies/acl/p');
    expect(told('identity', 'delete', 'identity/entity/id/1', all)).toBe('delete identity/entity/id/1');
  });

  it('takes the paths of a mount of KV version 1 as they are', () => {
    const rules = { ...useRules, plainMounts: new Set(['kv/']) };
    expect(told('kv', 'read', 'kv/data/a', rules)).toBe('read kv/data/a');
  });

  it('names the namespace of the server, and a mount of several parts', () => {
    const entry = { operation: 'read', path: 'team/kv/data/a', mount_point: 'team/kv/', mount_type: 'kv' };
    expect(secretUse({ ...entry, namespace_path: 'payments/' }, useRules)).toEqual({
      accessType: 'read',
      secretId: 'payments/team/kv/a',
      mount: 'payments/team/kv/',
      version: null,
    });
  });

  it('takes no operation for one that objects inherit', () => {
    for (const operation of ['constructor', '__proto__', 'toString']) {
      expect(told('kv', operation, 'kv/data/a')).toBe('read kv/a');
    }
  });
});
