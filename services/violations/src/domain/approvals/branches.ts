import type { MergeRequestChanged } from '@auditmesh/events';
import { field, isObject, type Json } from '@auditmesh/policies';
import { objects } from './policy-values.js';

/** Which target branches a rule is about. */
export interface BranchFilter {
  /** Names and patterns; none for every protected branch. */
  names: string[];
  type: 'default' | 'protected' | null;
  exceptions: BranchException[];
}

/** A branch that is left out, in one project or, without a path, in all. */
interface BranchException {
  name: string;
  projectPath: string | null;
}

/** Merges that a policy does not hold up. */
export interface BranchPair {
  source: string;
  target: string;
}

type Target = Pick<
  MergeRequestChanged,
  'target_branch' | 'target_branch_default' | 'target_branch_protected'
>;

/** Reads `branches`, `branch_type` and `branch_exceptions` of a rule. */
export function readBranchFilter(rule: Json): BranchFilter {
  const type = field(rule, 'branch_type');
  const names = field(rule, 'branches');
  const exceptions = field(rule, 'branch_exceptions');
  return {
    names: Array.isArray(names) ? names.map(String) : [],
    type: type === 'default' || type === 'protected' ? type : null,
    exceptions: (Array.isArray(exceptions) ? exceptions : []).flatMap(exceptionOf),
  };
}

/** Reads the pairs of `bypass_settings`; one that is not complete exempts nothing. */
export function readBranchPairs(bypass: Json | undefined): BranchPair[] {
  return objects(field(bypass, 'branches')).flatMap((pair) => {
    const [source, target] = [pair['source'], pair['target']].map(patternOf);
    return source === undefined || target === undefined ? [] : [{ source, target }];
  });
}

/**
 * Whether the rule is about the target branch. As on GitLab, names count for protected branches only.
 *
 * @param projectPath null where it is not known; an exception in one project does not hold then
 */
export function isAbout(filter: BranchFilter, target: Target, projectPath: string | null): boolean {
  const { target_branch: branch } = target;
  const isException = filter.exceptions.some(
    ({ name, projectPath: only }) => fits(name, branch) && (only === null || only === projectPath),
  );
  if (isException) return false;
  if (filter.type === 'default') return target.target_branch_default;
  if (!target.target_branch_protected) return false;
  return (
    filter.type !== null || !filter.names.length || filter.names.some((pattern) => fits(pattern, branch))
  );
}

/** Whether the branches of the merge request are such a pair. */
export const isExempt = (
  pairs: BranchPair[],
  { source_branch, target_branch }: MergeRequestChanged,
): boolean => pairs.some(({ source, target }) => fits(source, source_branch) && fits(target, target_branch));

/** Whether the text fits the pattern, in which each * stands for any text. Takes time by the product of their lengths at most. */
export function fits(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const [first, last] = [parts.shift()!, parts.pop()];
  if (last === undefined) return text === first;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

function exceptionOf(value: Json): BranchException[] {
  if (typeof value === 'string') return [{ name: value, projectPath: null }];
  const [name, path] = [field(value, 'name'), field(value, 'full_path')];
  return typeof name === 'string' && typeof path === 'string' ? [{ name, projectPath: path }] : [];
}

function patternOf(value: Json | undefined): string | undefined {
  if (!isObject(value)) return undefined;
  const { name, pattern } = value;
  if (typeof pattern === 'string') return pattern;
  return typeof name === 'string' && !name.includes('*') ? name : undefined;
}
