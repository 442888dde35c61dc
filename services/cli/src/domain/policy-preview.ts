import type { FileError, RuleChanges } from '@auditmesh/events';
import {
  affectedBy,
  type Change,
  type Directory,
  type FileWarning,
  type Json,
  type Policy,
  policyChanges,
  type PolicyFile,
} from '@auditmesh/policies';

const SAMPLE = 10;

/** What a version of a policy file would change if it were pushed. */
export interface Preview {
  /** Whether the new version can be read; if not, no policy changes and the last valid ones stay in force. */
  valid: boolean;
  errors: FileError[];
  changes: PolicyPreview[];
  /** All that is odd about the new version. */
  warnings: (FileWarning & {
    /** Whether the old version did not give it. */
    new: boolean;
  })[];
}

/** What would happen to one policy. */
export interface PolicyPreview {
  kind: 'created' | 'updated' | 'deleted' | 'renamed';
  type: string;
  name: string;
  /** Former name of a policy that is renamed; in the audit trail that is a delete and a create. */
  renamed_from: string | null;
  /** Line of the new version; null where the policy is deleted. */
  line: number | null;
  /** Fields with what they were and what they would be; absent where there was or would be none. */
  diff: { path: string; before?: Json; after?: Json }[];
  /** Positions, from 0, in the new list; of deleted rules in the old one. */
  rules: RuleChanges;
  /** Null where the projects are not known. */
  projects: ProjectsPreview | null;
}

/** The projects that a change affects. */
export interface ProjectsPreview {
  /** Those that the policy applied to or would apply to. */
  count: number;
  /** Those that it would begin to apply to. */
  gained: number;
  /** Those that it would cease to apply to. */
  lost: number;
  /** The first paths, by number of the project. */
  sample: string[];
  /** What is odd about the scope, one sentence each. */
  warnings: string[];
}

/** Where policies apply, if that is known. */
export interface Reach {
  directory: Directory;
  policyProjectId: number;
}

/** @param before policies in force: those of the last valid version @param known warnings of the version before */
export function previewOf(
  before: { policies: Policy[]; warnings: FileWarning[] },
  after: PolicyFile,
  reach: Reach | null,
): Preview {
  if (!after.valid) return { valid: false, errors: after.errors, changes: [], warnings: [] };
  const changes = policyChanges(before.policies, after.policies);
  const lines = new Map(after.policies.map(({ type, name, line }) => [`${type}/${name}`, line]));
  const known = new Set(before.warnings.map(({ message }) => message));
  return {
    valid: true,
    errors: [],
    changes: changes
      .filter(({ renamed_to }) => renamed_to === null)
      .map((change) => preview(renamed(change, changes), lines.get(`${change.type}/${change.name}`), reach)),
    warnings: after.warnings.map((warning) => ({ ...warning, new: !known.has(warning.message) })),
  };
}

/** A policy that is created under another name, as one change of the policy that it was. */
function renamed(change: Change, changes: Change[]): Change {
  const { type, name, renamed_from } = change;
  const former = changes.find((c) => c.type === type && c.renamed_to === name && c.name === renamed_from);
  if (!former) return change;
  const diff = [{ path: '/name', before: JSON.stringify(former.name), after: JSON.stringify(name) }];
  const rules = { created: [], updated: [], deleted: [] };
  return { ...change, before: former.before!, diff, rules };
}

const kinds = { create: 'created', update: 'updated', delete: 'deleted' } as const;

function preview(change: Change, line: number | undefined, reach: Reach | null): PolicyPreview {
  const { kind, type, name, renamed_from, diff, rules } = change;
  return {
    kind: renamed_from === null ? kinds[kind] : 'renamed',
    ...{ type, name, renamed_from, line: line ?? null, rules },
    diff: diff.map(({ path, before, after }) => ({
      path,
      ...(before !== null && { before: JSON.parse(before) as Json }),
      ...(after !== null && { after: JSON.parse(after) as Json }),
    })),
    projects: reach && projectsOf(change, reach),
  };
}

function projectsOf(change: Change, { directory, policyProjectId }: Reach): ProjectsPreview {
  const { before, after, ...rest } = change;
  const reached = (version: Change['before'] | undefined) =>
    version
      ? new Set(affectedBy(directory, policyProjectId, { ...rest, after: version }).projects)
      : new Set();
  const [then, now] = [reached(before), reached(after)];
  const { projects, warnings } = affectedBy(directory, policyProjectId, change);
  return {
    count: projects.length,
    gained: projects.filter((id) => now.has(id) && !then.has(id)).length,
    lost: projects.filter((id) => then.has(id) && !now.has(id)).length,
    sample: projects.slice(0, SAMPLE).map((id) => directory.project(id)!.path),
    warnings,
  };
}
