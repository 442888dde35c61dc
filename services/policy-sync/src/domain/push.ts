import type { FileError } from '@auditmesh/events';
import {
  type Change,
  type FileWarning,
  type Policy,
  policyChanges,
  readPolicyFile,
} from '@auditmesh/policies';

/** What a policy project is known to have in force. */
export interface FileState {
  /** Whether the newest file is valid. */
  valid: boolean;
  /** Policies of the last valid file, in its order. */
  policies: Policy[];
}

/** Of a policy project that never had a file. */
export const NO_FILE: FileState = { valid: true, policies: [] };

/** What one push means. */
export interface PushResult {
  /** State after the push. */
  state: FileState;
  /** Policies created, updated and deleted. */
  changes: Change[];
  /** Why the file is invalid; null when it is valid or removed. Every push of an invalid file says so. */
  invalidated: FileError[] | null;
  /** Whether the file was invalid before the push and is valid, or removed, after it. */
  restored: boolean;
  /** What is odd about a valid file. */
  warnings: FileWarning[];
}

/**
 * Decides what a push to the policy file changed. An invalid file changes no policy: the last valid ones stay in force
 * and are what the next valid file is compared with. A removed file deletes all policies.
 *
 * @param state after the push before; undefined for the first push of a policy project
 * @param push content is null when the file was removed
 */
export function changesOfPush(state: FileState | undefined, push: { content: string | null }): PushResult {
  const before = state ?? NO_FILE;
  const file =
    push.content === null
      ? { valid: true as const, policies: [], warnings: [] }
      : readPolicyFile(push.content);
  if (!file.valid) {
    const invalid = { valid: false, policies: before.policies };
    return { state: invalid, changes: [], invalidated: file.errors, restored: false, warnings: [] };
  }
  const policies = file.policies.map(({ type, name, content }) => ({ type, name, content }));
  return {
    state: { valid: true, policies },
    changes: policyChanges(before.policies, policies),
    invalidated: null,
    restored: !before.valid,
    warnings: file.warnings,
  };
}
