/** What was done to a secret. */
export type AccessType = 'read' | 'write' | 'list' | 'delete' | 'rotate';

/**
 * Parts of the server that an operation can concern. `secrets`: secrets engines. `critical`: operations of the server
 * itself that hand out or replace secrets, or change what is audited. The others are not uses of secrets.
 */
export const parts = ['secrets', 'critical', 'auth', 'identity', 'sys'] as const;
export type Part = (typeof parts)[number];

/** By operation; one that is not named is as in `plainUses`. */
export type Uses = Readonly<Record<string, AccessType | null>>;

/** What the operations mean where no rule says otherwise; null is no use of a secret. Others are taken for reads. */
export const plainUses: Uses = {
  read: 'read',
  list: 'list',
  scan: 'list',
  header: 'list',
  create: 'write',
  update: 'write',
  patch: 'write',
  delete: 'delete',
  revoke: 'delete',
  renew: null,
  rollback: null,
  help: null,
  'alias-lookahead': null,
  'resolve-role': null,
};

/** What a path within a mount means. */
export interface PathMeaning {
  /** Types of mount. */
  mounts: RegExp;
  /** The path within the mount. */
  path: RegExp;
  /** One use for all operations but those that are never one, or by operation. */
  use: AccessType | null | Uses;
  /** The secret's path within the mount, with $1 … for groups of `path`; the first group, or the whole path, if left out. */
  secret?: string;
  /** Number of the group of `path` that is the version. */
  version?: number;
}

export const KV = /^(?:kv|generic)$/;
const TRANSIT = /^transit$/;
const PKI = /^pki$/;
const SSH = /^ssh$/;
const ENGINES = /^(?!(?:kv|generic|cubbyhole|transit|pki)$)/;
const ANY = /^/;
const looksOn: Uses = { read: 'list' };

/** Of secrets engines; the first rule that fits counts. */
export const engineRules: readonly PathMeaning[] = [
  // KV version 2. To look at metadata or at the names of fields hands out no value.
  { mounts: KV, path: /^data\/(.+)$/, use: plainUses },
  { mounts: KV, path: /^(?:metadata|detailed-metadata)(?:\/|$)(.*)$/, use: looksOn },
  { mounts: KV, path: /^subkeys\/(.+)$/, use: 'list' },
  { mounts: KV, path: /^(?:delete|destroy)\/(.+)$/, use: 'delete' },
  { mounts: KV, path: /^undelete\/(.+)$/, use: 'write' },
  // A key is used by encryption and signing as by decryption: the use of the key is told, the text is not.
  { mounts: TRANSIT, path: /^(?:random|hash|wrapping_key|cache-config)(?:\/.*)?$/, use: null },
  { mounts: TRANSIT, path: /^keys\/([^/]+)\/rotate$/, use: 'rotate', secret: 'keys/$1' },
  { mounts: TRANSIT, path: /^keys\/([^/]+)(?:\/.*)?$/, use: looksOn, secret: 'keys/$1' },
  {
    mounts: TRANSIT,
    path: /^(?:export|byok-export|datakey)\/[^/]+\/([^/]+)(?:\/([^/]+))?$/,
    use: 'read',
    secret: 'keys/$1',
    version: 2,
  },
  {
    mounts: TRANSIT,
    path: /^(?:encrypt|decrypt|rewrap|sign|verify|hmac|cmac|backup)\/([^/]+)(?:\/.*)?$/,
    use: 'read',
    secret: 'keys/$1',
  },
  // Certificates and revocation lists are public, and fetched often.
  {
    mounts: PKI,
    path: /^(?:(?:ca|crl|ca_chain|certs?|unified-crl|ocsp|unified-ocsp|acme|est)(?:\/.*)?|issuers\/?)$/,
    use: null,
  },
  { mounts: PKI, path: /^issuer\/[^/]+\/(?:pem|der|json|crl.*)$/, use: null },
  {
    mounts: PKI,
    path: /^(?:issuer\/[^/]+\/)?((?:issue|sign|sign-verbatim|sign-intermediate)(?:\/.+)?)$/,
    use: 'read',
  },
  { mounts: PKI, path: /^root\/sign-.+$/, use: 'read' },
  { mounts: PKI, path: /^revoke(?:-with-key)?$/, use: 'delete' },
  { mounts: SSH, path: /^public_key$/, use: null },
  { mounts: SSH, path: /^(?:sign|issue|creds)\/.+$/, use: 'read' },
  {
    mounts: /^totp$/,
    path: /^(?:code|keys)\/(.+)$/,
    use: { ...plainUses, update: 'read' },
    secret: 'keys/$1',
  },
  // Dynamic secrets: whatever the operation, credentials are handed out.
  {
    mounts: ENGINES,
    path: /^(?:rotate-(?:root|role)\/.+|rotate-root|config\/rotate-root|.+\/rotate(?:\/.+)?|rotate\/.+)$/,
    use: 'rotate',
  },
  { mounts: ENGINES, path: /^(?:creds|static-creds|static-cred|sts|token|key)\/.+$/, use: 'read' },
  { mounts: /^gcp$/, path: /^.+\/(?:token|key)$/, use: 'read' },
  { mounts: ENGINES, path: /^library\/(.+)\/check-out$/, use: 'read' },
];

/** Of `sys/`, as far as secrets or the audit itself are concerned. */
export const criticalRules: readonly PathMeaning[] = [
  { mounts: ANY, path: /^wrapping\/unwrap$/, use: 'read' },
  { mounts: ANY, path: /^wrapping\/wrap$/, use: 'write' },
  { mounts: ANY, path: /^wrapping\/rewrap$/, use: 'rotate' },
  { mounts: ANY, path: /^raw(?:\/.*)?$/, use: plainUses },
  { mounts: ANY, path: /^storage\/raft\/snapshot(?:-force)?$/, use: plainUses },
  { mounts: ANY, path: /^audit-hash\/.+$/, use: 'read' },
  {
    mounts: ANY,
    path: /^(?:audit\/.+|config\/auditing\/.+)$/,
    use: { ...plainUses, read: null, list: null },
  },
  {
    mounts: ANY,
    path: /^(?:rotate(?:\/.+)?|rekey(?:-recovery-key)?\/.+|generate-root\/.+|generate-recovery-token\/.+)$/,
    use: { create: 'rotate', update: 'rotate', read: null, list: null, delete: null },
  },
];
