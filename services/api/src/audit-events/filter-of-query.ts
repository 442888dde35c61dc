import type { Catalog } from '@auditmesh/events';
import { sightOf, type EventFilter, type Term } from '../domain/event-filter.js';
import type { Principal } from '../domain/principal.js';
import { isAboutSecrets } from '../domain/secret-events.js';
import { momentOf, type AuditEventsFilterQuery } from './search-audit-events.query.js';

/** The filter of checked parameters, as the search and the live tail take it. */
export function filterOf(query: AuditEventsFilterQuery, principal: Principal): EventFilter {
  const { type, category, actor, scope, target, outcome, from, to, q } = query;
  const terms: Term[] = [];
  if (type) terms.push(typeTerm(type));
  if (category) terms.push({ by: 'category', among: category });
  if (actor) terms.push({ by: 'actor', is: actor });
  if (scope) terms.push(scopeTerm(scope));
  if (target) terms.push({ by: 'target', is: target });
  if (outcome) terms.push({ by: 'outcome', is: outcome });
  if (from) terms.push({ by: 'from', at: momentOf(from)! });
  if (to) terms.push({ by: 'to', at: momentOf(to)! });
  return { terms, words: q ?? null, sight: sightOf(principal) };
}

/** Whether all that could be found are events about secrets, so that somebody who may not see them asks in vain. */
export function asksForSecrets({ type, category }: AuditEventsFilterQuery, catalog: Catalog): boolean {
  if (category?.every((name) => name === 'secret_access')) return true;
  if (!type) return false;
  const { exact, begins } = typeTerm(type);
  const asked = catalog
    .all()
    .filter(({ name }) => exact.includes(name) || begins.some((beginning) => name.startsWith(beginning)));
  return (
    asked.length > 0 &&
    asked.every(({ name }) => isAboutSecrets({ type: name, category: catalog.category(name)! }))
  );
}

const typeTerm = (types: string[]) => ({
  by: 'type' as const,
  exact: types.filter((t) => !t.endsWith('*')),
  begins: types.filter((t) => t.endsWith('*')).map((t) => t.slice(0, -1)),
});

/** `project:42` by its id; anything else is a path, with what is below it. */
function scopeTerm(scope: string): Term {
  const [, type, id] = /^(instance|group|project|user):(.*)$/s.exec(scope) ?? [];
  return type ? { by: 'scope', type, id: id || null } : { by: 'path', is: scope };
}
