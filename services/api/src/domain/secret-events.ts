/** Ways to use a secret. */
export const accessTypes = ['read', 'write', 'list', 'delete', 'rotate'] as const;
export type AccessType = (typeof accessTypes)[number];

/** Event types that tell of the use of one secret, ours and GitLab's, by the way it was used. */
export const typesOfAccess: Readonly<Record<AccessType, readonly string[]>> = {
  read: ['secret_read', 'secrets_manager_read_project_secret', 'secrets_manager_read_group_secret'],
  write: [
    'secret_write',
    'secrets_manager_create_project_secret',
    'secrets_manager_create_group_secret',
    'secrets_manager_update_project_secret',
    'secrets_manager_update_group_secret',
  ],
  list: ['secret_list'],
  delete: ['secret_delete', 'secrets_manager_delete_project_secret', 'secrets_manager_delete_group_secret'],
  rotate: ['secret_rotate'],
};

const accessOfType = new Map(
  accessTypes.flatMap((access) => typesOfAccess[access].map((type) => [type, access] as const)),
);

/** How a secret was used in an event of this type; undefined if the type tells of no use. */
export const accessOf = (type: string): AccessType | undefined => accessOfType.get(type);

export const SECRET_CATEGORY = 'secret_access';

/** Types of other categories that name secrets all the same: who looked at their use, or was refused. */
export const alsoAboutSecrets = ['secret_audit_read', 'secret_audit_denied'] as const;

/** Whether the event tells of the use of secrets, whatever its producer calls it. */
export const isUseOfSecret = ({ type, category }: { type: string; category: string }): boolean =>
  category === SECRET_CATEGORY || accessOfType.has(type);

/** Whether only those with `secret_audit:read` may see such an event. */
export const isAboutSecrets = (event: { type: string; category: string }): boolean =>
  isUseOfSecret(event) || (alsoAboutSecrets as readonly string[]).includes(event.type);

/** Types that `isAboutSecrets` knows by their names. */
export const namedSecretTypes: readonly string[] = [...accessOfType.keys(), ...alsoAboutSecrets];
