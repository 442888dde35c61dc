import {
  all,
  any,
  compared,
  type Condition,
  contained,
  every,
  fieldCompared,
  not,
  oneOf,
  size,
  some,
  text,
} from './condition.ts';

/** A control of the bench. */
export interface Rule {
  /** Also the name of the control. */
  name: string;
  /** Type of event that triggers it. */
  trigger: string;
  /** Settings of projects that it reads. */
  settings: Record<string, 'bool' | 'int' | 'strings'>;
  condition: Condition;
}

type Template = (number: number) => Condition;

const VARIANTS = 5;
const roles = ['lead', 'owner', 'security', 'ops', 'quality'];
const drafts = ['Draft:', 'WIP', 'fixup!', 'squash!', 'tmp'];
const mounts = ['kv/acme', 'kv/shared', 'pki/acme', 'transit/acme', 'ssh/acme'];
const d = 'event.details';
const s = 'project.settings';

/** Eight templates for each of five types: with five variants of each, 200 distinct expressions. */
const templates: Record<string, Template[]> = {
  merge_request_merged: [
    (n) => compared(`${d}.approval_count`, '>=', n + 1),
    (n) =>
      all(
        fieldCompared(`${d}.approval_count`, '>=', `${d}.required_approvals`),
        size(`${d}.approvers`, '>', n),
      ),
    (n) => all(compared(`${d}.approving_author`, '==', false), size(`${d}.approving_committers`, '<=', n)),
    (n) => some(`${d}.approvers`, text('', 'starts', `${roles[n]}-`)),
    (n) => oneOf(`${d}.target_branch`, 'main', 'develop', `release-${n}`),
    (n) => all(size(`${d}.title`, '>=', 8 + n), not(text(`${d}.title`, 'starts', drafts[n]!))),
    (n) =>
      all(
        not(some(`${d}.commit_shas`, text('', 'starts', `0000${n}`))),
        size(`${d}.commit_shas`, '<=', 20 + n),
      ),
    (n) => any(compared(`${s}.resets_approvals_${n}`, '==', true), size(`${d}.description`, '>', 1_000 + n)),
  ],
  secret_read: [
    (n) => text(`${d}.secret_path`, 'starts', ['kv/', 'kv/a', 'kv/ac', 'kv/acm', 'kv/acme/'][n]!),
    (n) => all(compared('event.outcome', '==', 'success'), compared(`${d}.sequence`, '>', n)),
    (n) => contained(`read-${n}`, `${d}.policies`),
    (n) => oneOf(`${d}.guarantee`, 'fail_closed', 'spooled', `level-${n}`),
    (n) =>
      any(
        compared('event.actor.type', '!=', 'user'),
        text('event.actor.ip', 'starts', `10.${n}`),
        compared(`${s}.remote_reads_${n}`, '==', true),
      ),
    (n) => all(oneOf(`${d}.mount`, ...mounts), compared(`${d}.mount`, '!=', `legacy-${n}`)),
    (n) => every(`${d}.policies`, all(not(text('', 'ends', `-root-${n}`)), size('', '<', 40 + n))),
    (n) =>
      all(
        compared(`${d}.unresolved`, '==', false),
        not(text('event.actor.user_agent', 'contains', `curl/${n}`)),
        contained('vault', `${s}.secret_stores_${n}`),
      ),
  ],
  project_settings_updated: [
    (n) => compared(`${s}.branch_protected_${n}`, '==', true),
    (n) => compared(`${s}.approvals_${n}`, '>=', n + 1),
    (n) => contained('sast', `${s}.scanners_${n}`),
    (n) =>
      all(
        oneOf(`${d}.visibility.after`, 'private', 'internal', `partner-${n}`),
        not(compared('project.personal', '==', true)),
      ),
    (n) =>
      not(
        all(
          compared(`${d}.visibility.before`, '==', 'private'),
          compared(`${d}.visibility.after`, '==', 'public'),
          compared(`${s}.open_${n}`, '==', false),
        ),
      ),
    (n) =>
      all(
        not(compared('project.archived', '==', true)),
        text('project.path', 'starts', ['a', 'ac', 'acm', 'acme', 'acme/'][n]!),
      ),
    (n) => every(`${s}.runners_${n}`, all(text('', 'starts', 'runner-'), size('', '<=', 30 + n))),
    (n) =>
      text(
        'event.actor.email',
        'ends',
        ['acme.example', '@acme.example', '.example', 'example', 'e.example'][n]!,
      ),
  ],
  security_policy_update: [
    (n) => size(`${d}.warnings`, '<=', n),
    (n) =>
      all(
        compared(`${d}.unresolved`, '==', false),
        oneOf(`${d}.policy_type`, 'approval_policy', 'scan_execution_policy', `kind-${n}`),
      ),
    (n) => not(some(`${d}.diff`, text('path', 'starts', `/actions/${n}/role_approvers`))),
    (n) => all(size(`${d}.diff`, '<', 30 + n), size(`${d}.rules.deleted`, '<=', n)),
    (n) =>
      text(
        `${d}.committer.email`,
        'ends',
        ['acme.example', '@acme.example', '.example', 'example', 'e.example'][n]!,
      ),
    (n) =>
      any(text(`${d}.policy_name`, 'starts', 'Approvals'), text(`${d}.policy_name`, 'contains', `team ${n}`)),
    (n) =>
      all(
        text(`${d}.commit_sha`, 'matches', `^[0-9a-f]{${36 + n},40}$`),
        compared('event.outcome', '==', 'success'),
      ),
    (n) => any(compared(`${s}.reviewed_policies_${n}`, '==', true), size(`${d}.rules.updated`, '==', 0)),
  ],
  member_added: [
    (n) => not(oneOf(`${d}.role`, 'owner', `admin-${n}`)),
    (n) => any(compared('event.actor.type', '==', 'user'), text('event.actor.name', 'starts', `bot-${n}`)),
    (n) =>
      not(
        text('event.target.name', 'contains', ['(external)', 'external)', '(ext', '(extern', 'external'][n]!),
      ),
    (n) => any(oneOf(`${d}.role`, 'guest', 'reporter'), compared(`${s}.members_reviewed_${n}`, '==', true)),
    (n) => all(size('event.target.name', '>=', 4 + n), size('event.target.name', '<', 100 + n)),
    (n) =>
      all(compared('event.outcome', '==', 'success'), not(compared('event.source', '==', `import-${n}`))),
    (n) => compared(`${s}.members_${n}`, '<', 200 + n),
    (n) => any(text('event.actor.ip', 'starts', '10.'), contained('remote', `${s}.access_${n}`)),
  ],
};

/** Types of events that trigger controls. */
export const triggers = Object.keys(templates);

/** The 200 rules: the same names, conditions and order each time. */
export const rules: readonly Rule[] = Object.entries(templates).flatMap(([trigger, each]) =>
  each.flatMap((template, at) =>
    Array.from({ length: VARIANTS }, (_, n): Rule => {
      const condition = template(n);
      return { name: `${trigger}_${at}_${n}`, trigger, settings: settingsIn(condition), condition };
    }),
  ),
);

function settingsIn(condition: Condition): Rule['settings'] {
  if ('of' in condition && typeof condition.of === 'object')
    return Object.assign({}, ...[condition.of].flat().map(settingsIn)) as Rule['settings'];
  const { field } = condition as { field: string };
  if (!field.startsWith(`${s}.`)) return {};
  const type = condition.is === 'compared' ? (typeof condition.to === 'number' ? 'int' : 'bool') : 'strings';
  return { [field.slice(s.length + 1)]: type };
}
