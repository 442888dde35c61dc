import type { AuditEvent } from '@auditmesh/events';
import type { EventFilter, Sight, Term } from './event-filter.js';
import { isWithin } from './principal.js';
import { isAboutSecrets } from './secret-events.js';

/** Whether the event may be seen and all terms hold; the words are not looked at. Agrees with `conditionsOf`. */
export const matches = ({ terms, sight }: EventFilter, event: AuditEvent): boolean =>
  isSeen(sight, event) && terms.every((term) => holds(term, event));

const isSeen = ({ namespaces, secrets }: Sight, event: AuditEvent): boolean =>
  (secrets || !isAboutSecrets(event)) && (namespaces === 'all' || isWithin(event.scope, namespaces));

function holds(term: Term, event: AuditEvent): boolean {
  const { type, category, actor, scope, target, outcome, occurred_at } = event;
  switch (term.by) {
    case 'type':
      return term.exact.includes(type) || term.begins.some((beginning) => type.startsWith(beginning));
    case 'category':
      return term.among.includes(category);
    case 'actor':
      return actor.id === term.is || isSameText(actor.email, term.is) || isSameText(actor.name, term.is);
    case 'scope':
      return scope.type === term.type && (term.id === null || scope.id === term.id);
    case 'path':
      return scope.path === term.is || Boolean(scope.path?.startsWith(`${term.is}/`));
    case 'target':
      return target.id === term.is || target.name === term.is;
    case 'target_id':
      return target.id === term.is;
    case 'outcome':
      return outcome === term.is;
    case 'ip':
      return actor.ip === term.is;
    case 'from':
      return occurred_at >= term.at;
    case 'to':
      return occurred_at < term.at;
  }
}

const isSameText = (own: string | null, given: string): boolean =>
  own !== null && lower(own) === lower(given);

/** As PostgreSQL has it: character by character, each becoming one. */
const lower = (text: string): string =>
  Array.from(text, (character) => String.fromCodePoint(character.toLowerCase().codePointAt(0)!)).join('');
