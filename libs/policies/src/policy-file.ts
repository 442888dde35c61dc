import type { FileError } from '@auditmesh/events';
import { bounded } from './bounded.js';
import type { JsonObject } from './json.js';
import { lastUpTo, type Place, placesOf } from './place.js';
import { type FoundPolicy, listPolicies, type PolicyRemark } from './policy-list.js';
import { fileWarnings, policyWarnings } from './policy-warnings.js';
import { identityText, type Policy, type PolicyIdentity } from './policy.js';
import { readYaml } from './yaml-file.js';
import type { Remark } from './yaml-reading.js';
import { toJson } from './yaml-value.js';

const MAX_ERRORS = 50;
/** For each policy, and for what belongs to none. */
const MAX_WARNINGS = 20;

/** A policy with its place in the file. */
export interface PolicyInFile extends Policy {
  /** Line that the policy starts on, from 1. */
  line: number;
}

/** What is odd about a valid file; line and column are from 1 and null where no one place is meant. */
export interface FileWarning extends FileError {
  /** The policy concerned; null for the file. */
  policy: PolicyIdentity | null;
}

/** A policy file, read. */
export type PolicyFile =
  { valid: true; policies: PolicyInFile[]; warnings: FileWarning[] } | { valid: false; errors: FileError[] };

type PlaceOf = (offset: number) => Place;

/**
 * Reads a policy file, YAML 1.1 as Ruby reads it. Policies keep the order of the file, one for each type and name.
 *
 * Invalid, with at least one error, only if the YAML does not parse, is nested or aliased beyond measure, or is empty,
 * or if the file has no policy key, a policy key is no list, or a policy is no mapping or has no name. Everything
 * else that the schemas or the reader find odd is a warning, in the order of the file. There are at most 50 errors, and at most 20 warnings for each policy and 20 for the rest; a last
 * one counts those left out.
 */
export function readPolicyFile(content: string): PolicyFile {
  const text = content.replace(/^\ufeff/, '');
  const { root, errors, warnings } = readYaml(text);
  const placeOf = placesOf(text);
  if (errors.length > 0) return invalid(errors, placeOf);
  if (root === null) return invalid([{ message: 'The file is empty.', offset: null }], placeOf);

  const found = listPolicies(root);
  if (found.errors.length > 0) return invalid(found.errors, placeOf);
  const policyAt = policiesByPlace(found.policies);
  const remarks = [
    ...warnings.map((remark) => ({ ...remark, policy: policyAt(remark) })),
    ...found.warnings,
    ...(root.kind === 'map' ? fileWarnings(root) : []),
    ...found.policies.flatMap(policyWarnings),
  ];
  return {
    valid: true,
    policies: found.policies.map(({ type, name, map }) => ({
      type,
      name,
      content: toJson(map) as JsonObject,
      line: placeOf(map.span.start).line,
    })),
    warnings: boundedByPolicy(inOrder(remarks)).map((remark) => ({
      ...located(remark, placeOf),
      policy: remark.policy,
    })),
  };
}

function invalid(errors: Remark[], placeOf: PlaceOf): PolicyFile {
  const reported = bounded(errors, MAX_ERRORS, (count) => leftOut(count, 'errors'));
  return { valid: false, errors: reported.map((remark) => located(remark, placeOf)) };
}

/** Tells the policy that a remark on the YAML itself falls into. */
function policiesByPlace(policies: FoundPolicy[]): (remark: Remark) => PolicyIdentity | null {
  const ordered = policies.toSorted((a, b) => a.map.span.start - b.map.span.start);
  const starts = ordered.map(({ map }) => map.span.start);
  return ({ offset }) => {
    if (offset === null) return null;
    const around = ordered[lastUpTo(starts, offset)];
    return around && offset < around.map.span.end ? { type: around.type, name: around.name } : null;
  };
}

/** By place; what has none comes last. */
function inOrder(remarks: PolicyRemark[]): PolicyRemark[] {
  return remarks.sort((a, b) => (a.offset ?? Infinity) - (b.offset ?? Infinity) || 0);
}

function boundedByPolicy(remarks: PolicyRemark[]): PolicyRemark[] {
  const groups = Map.groupBy(remarks, ({ policy }) => policy && identityText(policy));
  return [...groups.values()].flatMap((group) =>
    bounded(group, MAX_WARNINGS, (count) => ({ ...leftOut(count, 'warnings'), policy: group[0]!.policy })),
  );
}

function leftOut(count: number, what: string): Remark {
  return { message: `${count} more ${what} are left out.`, offset: null };
}

function located({ message, offset }: Remark, placeOf: PlaceOf): FileError {
  return { message, ...(offset === null ? { line: null, column: null } : placeOf(offset)) };
}
