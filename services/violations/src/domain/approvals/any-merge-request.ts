import type { MergeRequestChanged } from '@auditmesh/events';
import { field, type Json } from '@auditmesh/policies';
import { unmatched, type RuleResult } from './rule-result.js';

/** A rule that is about every merge request, or about those with commits that nobody signed. */
export interface AnyMergeRequest {
  type: 'any_merge_request';
  unsigned: boolean;
}

export const readAnyMergeRequest = (rule: Json): AnyMergeRequest => ({
  type: 'any_merge_request',
  unsigned: field(rule, 'commits') === 'unsigned',
});

export function checkCommits({ unsigned }: AnyMergeRequest, { commits }: MergeRequestChanged): RuleResult {
  if (!unsigned) return { kind: 'matched', data: { commits: 'any' } };
  const without = commits.filter(({ signed }) => signed === false);
  if (without.length) {
    const sample = without.map(({ sha }) => sha);
    return {
      kind: 'matched',
      data: { commits: 'unsigned', unsigned_count: without.length, unsigned_commits: sample },
    };
  }
  if (commits.every(({ signed }) => signed)) return unmatched;
  return { kind: 'unknown', error: 'signatures_unknown', data: {} };
}
