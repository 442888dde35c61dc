import type { RuleChanges } from '@auditmesh/events';
import { canonicalText, field, type Json } from './json.js';

interface Rule {
  position: number;
  type: Json | undefined;
  text: string;
}

/**
 * Which rules of a policy were created, updated and deleted: positions in the list after, and for deleted ones in the
 * list before, ascending. Equal rules belong together wherever they stand, so a moved rule is no change. Of the rest
 * those of the same `type` belong together, then whatever remains, each in the order of the lists. What is no list
 * has no rules.
 */
export function ruleChanges(before: Json | undefined, after: Json | undefined): RuleChanges {
  const created = new Set(rulesOf(after));
  const deleted = new Set(rulesOf(before));
  pair(deleted, created, ({ text }) => text);
  const updated = [
    ...pair(deleted, created, ({ type }) => (typeof type === 'string' ? type : undefined)),
    ...pair(deleted, created, () => ''),
  ];
  return { created: positions(created), updated: positions(updated), deleted: positions(deleted) };
}

function rulesOf(list: Json | undefined): Rule[] {
  if (!Array.isArray(list)) return [];
  return list.map((rule, position) => ({ position, type: field(rule, 'type'), text: canonicalText(rule) }));
}

/** Takes out of both sets the rules that share a trait, first with first, and returns those after the change. */
function pair(before: Set<Rule>, after: Set<Rule>, trait: (rule: Rule) => string | undefined): Rule[] {
  const partners = Map.groupBy(before, trait);
  for (const group of partners.values()) group.reverse();
  return [...after].filter((rule) => {
    const key = trait(rule);
    const partner = key === undefined ? undefined : partners.get(key)?.pop();
    if (!partner) return false;
    before.delete(partner);
    return after.delete(rule);
  });
}

function positions(rules: Iterable<Rule>): number[] {
  return Array.from(rules, ({ position }) => position).sort((a, b) => a - b);
}
