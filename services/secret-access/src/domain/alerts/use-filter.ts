import type { RuleFilter, SubjectType } from '@auditmesh/alert-rules';
import type { AlertInput } from '@auditmesh/events';

/** Whether the rule looks at the use. */
export function matches(filter: RuleFilter, use: AlertInput): boolean {
  const { access_types, outcomes, actor_types, namespace, secret } = filter;
  return (
    (access_types?.includes(use.access_type) ?? true) &&
    (outcomes?.includes(use.outcome) ?? true) &&
    (actor_types?.includes(use.actor_type) ?? true) &&
    (namespace === undefined || isWithin(use.scope_path, namespace)) &&
    (secret === undefined || use.secret_id.startsWith(secret))
  );
}

/** Whom or what the use belongs to; null where the use does not tell. */
export function subjectOf(by: SubjectType, use: AlertInput): string | null {
  if (by === 'secret') return use.secret_id;
  return by === 'ip' ? use.ip : use.actor_id;
}

const isWithin = (path: string | null, namespace: string): boolean =>
  path === namespace || (path?.startsWith(`${namespace}/`) ?? false);
