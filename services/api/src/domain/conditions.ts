import { formatMicros } from '@auditmesh/events';
import type { EventFilter, Sight, Term } from './event-filter.js';
import { isTenant } from './principal.js';
import { namedSecretTypes, SECRET_CATEGORY } from './secret-events.js';

/** A condition on rows `e` of `audit_events`, with its values by name; the names are those of no other condition of a filter. */
export interface Condition {
  sql: string;
  values: Record<string, unknown>;
}

/** All conditions of a filter. The one place where a search is narrowed to what may be seen. Agrees with `matches`. */
export function conditionsOf({ terms, words, sight }: EventFilter): Condition[] {
  const conditions = [...sightConditions(sight), ...terms.map((term, n) => conditionOf(term, `t${n}`))];
  if (words !== null) conditions.push({ sql: wordsCondition(':words'), values: { words } });
  return conditions;
}

/** Whether the words are in the row `e`. @param words as a parameter of the statement */
export const wordsCondition = (words: string): string =>
  `audit_event_words(e.message, e.target_name, e.actor_name, e.scope_path) @@ websearch_to_tsquery('simple', ${words})`;

function sightConditions({ namespaces, secrets }: Sight): Condition[] {
  const trees = treeConditions(namespaces, 'e.root_namespace_id', 'e.scope_path');
  if (secrets) return trees;
  return [
    {
      sql: 'e.category <> :secretCategory AND e.type <> ALL (:secretTypes)',
      values: { secretCategory: SECRET_CATEGORY, secretTypes: namedSecretTypes },
    },
    ...trees,
  ];
}

/** Narrows rows to what lies in the subtrees. @param tenant and path columns of the row */
export function treeConditions(namespaces: Sight['namespaces'], tenant: string, path: string): Condition[] {
  if (namespaces === 'all') return [];
  if (!namespaces.length) return [{ sql: 'false', values: {} }];
  const values: Record<string, unknown> = {};
  const trees = namespaces.map((tree, n) => {
    values[`tenant${n}`] = tree.tenant;
    if (isTenant(tree)) return `${tenant} = :tenant${n}`;
    Object.assign(values, { [`tree${n}`]: tree.path, [`below${n}`]: likePrefix(`${tree.path}/`) });
    return `${tenant} = :tenant${n} AND (${path} = :tree${n} OR ${path} LIKE :below${n})`;
  });
  return [{ sql: `(${trees.map((tree) => `(${tree})`).join(' OR ')})`, values }];
}

/** @param name of its values */
function conditionOf(term: Term, name: string): Condition {
  const is = (sql: string, value: unknown): Condition => ({ sql, values: { [name]: value } });
  switch (term.by) {
    case 'type':
      return {
        sql: `(e.type = ANY (:${name}) OR e.type LIKE ANY (:${name}begins))`,
        values: { [name]: term.exact, [`${name}begins`]: term.begins.map(likePrefix) },
      };
    case 'category':
      return is(`e.category = ANY (:${name})`, term.among);
    case 'actor':
      return is(
        `(e.actor_id = :${name} OR lower(e.actor_email) = lower(:${name}) OR lower(e.actor_name) = lower(:${name}))`,
        term.is,
      );
    case 'scope':
      return {
        sql: `e.scope_type = :${name}${term.id === null ? '' : ` AND e.scope_id = :${name}id`}`,
        values: { [name]: term.type, ...(term.id === null ? {} : { [`${name}id`]: term.id }) },
      };
    case 'path':
      return {
        sql: `(e.scope_path = :${name} OR e.scope_path LIKE :${name}below)`,
        values: { [name]: term.is, [`${name}below`]: likePrefix(`${term.is}/`) },
      };
    case 'target':
      return is(`(e.target_id = :${name} OR e.target_name = :${name})`, term.is);
    case 'target_id':
      return is(`e.target_id = :${name}`, term.is);
    case 'outcome':
      return is(`e.outcome = :${name}`, term.is);
    case 'ip':
      return is(`e.actor_ip = :${name}`, term.is);
    case 'from':
      return is(`e.occurred_at >= :${name}::timestamptz`, formatMicros(term.at));
    case 'to':
      return is(`e.occurred_at < :${name}::timestamptz`, formatMicros(term.at));
  }
}

/** Pattern of all texts that begin so. */
export const likePrefix = (text: string): string => `${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
