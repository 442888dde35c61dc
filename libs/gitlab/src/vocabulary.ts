/** Names of one thing in both worlds. */
function pairs(table: Record<string, string>) {
  const ours = new Map(Object.entries(table).map(([own, theirs]) => [theirs, own]));
  return {
    theirs: (own: string): string | undefined => (Object.hasOwn(table, own) ? table[own] : undefined),
    ours: (theirs: string): string | undefined => ours.get(theirs),
  };
}

export const scopeTypes = pairs({
  instance: 'Gitlab::Audit::InstanceScope',
  group: 'Group',
  project: 'Project',
  user: 'User',
});

const kinds = pairs({ security_policy: 'Security::Policy', ci_variable: 'Ci::Variable' });

/** Kind of a target as GitLab has it: the name of a class. A name that is none in snake case stays as it is. */
export function theirKind(own: string): string {
  const camel = kinds.theirs(own) ?? camelOf(own);
  return snakeOf(camel) === own || kinds.ours(camel) === own ? camel : own;
}

/** Kind of a target as we have it. What would not lead back stays as it is. */
export function ourKind(theirs: string): string {
  const own = kinds.ours(theirs) ?? snakeOf(theirs);
  return theirKind(own) === theirs ? own : theirs;
}

const camelOf = (snake: string): string =>
  /^[a-z][a-z0-9]*(_[a-z][a-z0-9]*)*$/.test(snake)
    ? snake.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase())
    : snake;
const snakeOf = (camel: string): string =>
  /^[A-Z][A-Za-z0-9]*$/.test(camel) ? camel.replace(/(?<!^)([A-Z])/g, '_$1').toLowerCase() : camel;

/** Author that GitLab shows for one that it does not know any more. */
export const UNKNOWN_AUTHOR = {
  id: -4,
  class: 'Gitlab::Audit::DeletedAuthor',
  name: 'Unknown User',
} as const;

/** Class of an author; a service account is a user there. */
export function authorClass(type: string, id: string | null): string {
  if (type === 'deploy_key') return 'DeployKey';
  if (type === 'access_token') return 'PersonalAccessToken';
  if (type === 'system') return 'System';
  return id === null ? UNKNOWN_AUTHOR.class : 'User';
}

export function actorType(authorClass: unknown): string {
  if (typeof authorClass !== 'string') return 'user';
  if (/deploy_?key/i.test(authorClass)) return 'deploy_key';
  if (/token/i.test(authorClass)) return 'access_token';
  return authorClass === 'System' ? 'system' : 'user';
}

/** Id and path that GitLab gives the instance. */
export const INSTANCE = { id: 1, path: 'gitlab_instance' } as const;
