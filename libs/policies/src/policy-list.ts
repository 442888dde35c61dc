import { identityText, type PolicyIdentity, type PolicyType, policyTypes } from './policy.js';
import { quoted } from './text.js';
import type { Remark } from './yaml-reading.js';
import type { YamlField, YamlMap, YamlValue } from './yaml-value.js';

const typeOfKey = new Map<string, PolicyType>([
  ...policyTypes.map((type): [string, PolicyType] => [type, type]),
  ['scan_result_policy', 'approval_policy'],
]);

/** A policy as it lies in the file. */
export interface FoundPolicy extends PolicyIdentity {
  /** Key of the file that it is under. */
  key: string;
  map: YamlMap;
}

/** A remark on one policy; null where it belongs to none. */
export interface PolicyRemark extends Remark {
  policy: PolicyIdentity | null;
}

/** The policies of a file, one for each type and name; they count only if there are no errors. What else is odd about them the schemas tell. */
export interface PolicyList {
  policies: FoundPolicy[];
  errors: Remark[];
  warnings: PolicyRemark[];
}

/** Finds the policies of a file, in its order. Of policies with the same type and name the first counts. */
export function listPolicies(root: YamlValue): PolicyList {
  const found: PolicyList = { policies: [], errors: [], warnings: [] };
  const fields = root.kind === 'map' ? [...root.fields] : [];
  const seen = new Set<string>();
  for (const [key, given] of fields) {
    const type = typeOfKey.get(key);
    if (type) readList(found, seen, type, key, given);
  }
  if (!fields.some(([key]) => typeOfKey.has(key)))
    found.errors.push({ message: 'The file has no policy key.', offset: root.span.start });
  return found;
}

function readList(
  found: PolicyList,
  seen: Set<string>,
  type: PolicyType,
  key: string,
  given: YamlField,
): void {
  if (given.value.kind !== 'list') {
    found.errors.push({ message: `The policy key "${key}" is no list.`, offset: given.key.start });
    return;
  }
  for (const item of given.value.items) {
    if (item.kind === 'map') readPolicy(found, seen, type, key, item);
    else found.errors.push({ message: `A policy under "${key}" is no mapping.`, offset: item.span.start });
  }
}

function readPolicy(found: PolicyList, seen: Set<string>, type: PolicyType, key: string, map: YamlMap): void {
  const given = map.fields.get('name');
  const name = given && nameOf(given.value);
  if (given === undefined || name === undefined) {
    const message = given ? 'The name of a policy is empty or no text.' : 'A policy has no name.';
    found.errors.push({ message, offset: (given?.key ?? map.span).start });
    return;
  }
  const policy = { type, name };
  if (seen.has(identityText(policy))) {
    const message = `Another ${type} before it has the name ${quoted(name)}; only the first counts.`;
    found.warnings.push({ message, offset: map.span.start, policy });
    return;
  }
  seen.add(identityText(policy));
  found.policies.push({ ...policy, key, map });
}

function nameOf(value: YamlValue): string | undefined {
  if (value.kind !== 'scalar' || value.value === null || value.value === '') return undefined;
  return String(value.value);
}
