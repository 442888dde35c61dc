import type { FieldChange, RuleChanges } from '@auditmesh/events';
import { diffJson } from './diff.js';
import { canonicalText, equalJson, field, type JsonObject, without } from './json.js';
import { identityText, type Policy, type PolicyType } from './policy.js';
import { ruleChanges } from './rules.js';

/** What happened to one policy. */
export interface Change {
  kind: 'create' | 'update' | 'delete';
  type: PolicyType;
  name: string;
  /** Absent on a create. */
  before?: JsonObject;
  /** Absent on a delete. */
  after?: JsonObject;
  diff: FieldChange[];
  rules: RuleChanges;
  /** On a create: name of the deleted policy with equal content. */
  renamed_from: string | null;
  /** On a delete: name of the created policy with equal content. */
  renamed_to: string | null;
}

/**
 * What changed from one version of a file to the next, policy by policy. A policy is known by type and name, so a
 * rename is a delete and a create; both say so when all but the name is equal. Order, formatting and the order of keys
 * are no change. Changes come in the order of `after`, then the deletes in the order of `before`.
 *
 * @param before policies of the version before; where two share type and name the first counts
 * @param after policies of the version after, likewise
 */
export function policyChanges(before: Policy[], after: Policy[]): Change[] {
  const old = byIdentity(before);
  const current = byIdentity(after);
  const changes = [
    ...[...current].map(([identity, policy]) => changeOf(old.get(identity), policy)),
    ...[...old]
      .filter(([identity]) => !current.has(identity))
      .map(([, policy]) => changeOf(policy, undefined)),
  ].filter((change) => change !== null);
  linkRenames(changes);
  return changes;
}

function byIdentity(policies: Policy[]): Map<string, Policy> {
  const found = new Map<string, Policy>();
  for (const policy of policies) {
    const identity = identityText(policy);
    if (!found.has(identity)) found.set(identity, policy);
  }
  return found;
}

function changeOf(before: Policy | undefined, after: Policy | undefined): Change | null {
  const policy = after ?? before;
  if (!policy || (before && after && equalJson(before.content, after.content))) return null;
  return {
    kind: before && after ? 'update' : after ? 'create' : 'delete',
    type: policy.type,
    name: policy.name,
    ...(before && { before: before.content }),
    ...(after && { after: after.content }),
    diff: diffJson(before?.content, after?.content),
    rules: ruleChanges(field(before?.content, 'rules'), field(after?.content, 'rules')),
    renamed_from: null,
    renamed_to: null,
  };
}

function linkRenames(changes: Change[]): void {
  const created = Map.groupBy(
    changes.filter(({ kind }) => kind === 'create'),
    ({ type, after }) => nameless(type, after!),
  );
  for (const group of created.values()) group.reverse();
  for (const deleted of changes.filter(({ kind }) => kind === 'delete')) {
    const successor = created.get(nameless(deleted.type, deleted.before!))?.pop();
    if (!successor) continue;
    successor.renamed_from = deleted.name;
    deleted.renamed_to = successor.name;
  }
}

function nameless(type: PolicyType, content: JsonObject): string {
  return `${type} ${canonicalText(without(content, 'name'))}`;
}
