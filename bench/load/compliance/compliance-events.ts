import { hash } from 'node:crypto';
import { Catalog, eventId, noDetails, type AuditEvent } from '@auditmesh/events';
import { below, randomFrom } from '../random.ts';
import { type ComplianceDirectory, ROOT } from './compliance-directory.ts';

/** Types by how often they occur among a hundred. */
const mix: [share: number, type: keyof typeof details][] = [
  [50, 'merge_request_merged'],
  [20, 'secret_read'],
  [10, 'project_settings_updated'],
  [10, 'security_policy_update'],
  [10, 'member_added'],
];
/** Share of facts that are not as the rules want them; with those of the settings, 1 % of the evaluations fail. */
const ODD = 0.0096;
const SOURCE = 'platform';
const STEP_US = 10;
const catalog = new Catalog();

type Draw = { number: number; project: number; random: () => number; odd: () => boolean };
type Differing = Pick<AuditEvent, 'target' | 'message'> & Partial<AuditEvent>;

/**
 * Events of projects of the directory, in turn of their time. The same arguments give the same events.
 *
 * @param since µs since the epoch
 */
export function* complianceEvents(
  { projects }: ComplianceDirectory,
  count: number,
  since: number,
): Generator<AuditEvent> {
  const random = randomFrom(11);
  const odd = () => random() < ODD;
  for (let number = 0; number < count; number++) {
    const { id, path } = projects[below(projects.length, random)]!;
    const type = typeFor(below(100, random));
    const person = below(400, random);
    const occurred_at = since + number * STEP_US;
    const cause = { id: `${type}:${number}`, topic: null };
    yield {
      id: eventId(occurred_at, SOURCE, cause.id),
      type,
      category: catalog.category(type)!,
      occurred_at,
      actor: {
        id: String(1_000 + person),
        type: odd() ? 'service_account' : 'user',
        name: `Person ${person} Surname`,
        email: `person.${person}@${odd() ? 'other.test' : 'acme.example'}`,
        ip: odd() ? '192.0.2.7' : `10.${below(5, random)}.7.${person % 256}`,
        user_agent: odd() ? `curl/${number % 5}` : 'glab/1.74.0 (linux, amd64)',
      },
      scope: { type: 'project', id: String(id), path, root_namespace_id: String(ROOT) },
      outcome: odd() ? 'failure' : 'success',
      consolidation: null,
      cause,
      source: odd() ? `import-${number % 5}` : SOURCE,
      trace_id: null,
      ...noDetails,
      contents: [],
      ...details[type]({ number, project: id, random, odd }),
    };
  }
}

function typeFor(drawn: number): keyof typeof details {
  let left = drawn;
  for (const [share, type] of mix) {
    if (left < share) return type;
    left -= share;
  }
  throw new Error('The shares of the types do not add up to a hundred.');
}

const details = {
  merge_request_merged: ({ number, project, random, odd }: Draw): Differing => {
    const roles = ['lead', 'owner', 'security', 'ops', 'quality'].filter(() => !odd());
    const approvers = [...roles.map((role) => `${role}-${below(90, random)}`), 'ann'];
    return {
      target: { type: 'merge_request', id: String(number), name: `Speed up the import, part ${number}` },
      message: `Merged merge request !${number % 5_000}`,
      attributes: JSON.stringify({
        title: odd() ? 'WIP' : `${odd() ? 'Draft: speed' : 'Speed'} up the import, part ${number}`,
        description: 'The import waited for each answer before it asked for the next one.',
        target_branch: odd() ? `feature-${number % 7}` : 'main',
        target_project_id: project,
        required_approvals: 2,
        approval_count: odd() ? below(5, random) : approvers.length,
        approvers,
        approving_committers: odd() ? ['cid', 'dora', 'eve'] : [],
        approving_author: odd(),
        commit_shas: Array.from({ length: 3 }, (_, i) => sha(number + i, odd())),
        merged_at: '2026-11-20T10:00:00.000000Z',
      }),
    };
  },
  secret_read: ({ number, project, random, odd }: Draw): Differing => {
    const path = `${odd() ? 'secret' : 'kv/acme'}/service-${project}/database-${number % 6}`;
    const policies = [0, 1, 2, 3, 4].filter(() => !odd()).map((n) => `read-${n}`);
    return {
      target: { type: 'secret', id: path, name: `database-${number % 6}` },
      message: `Read secret ${path}`,
      secret_access: {
        access_type: 'read',
        secret_id: path,
        secret_path: path,
        mount: odd() ? 'legacy' : ['kv/acme', 'kv/shared', 'pki/acme'][below(3, random)]!,
        version: null,
        operation: null,
        policies: odd() ? [...policies, `team-root-${number % 5}`] : policies,
        request_id: `b7c1${number.toString(16).padStart(12, '0')}`,
        error_code: null,
        guarantee: odd() ? 'outbox' : 'spooled',
        producer_id: 'vault/main',
        sequence: odd() ? below(5, random) : 10 + number,
        corrects: null,
        unresolved: odd(),
      },
    };
  },
  project_settings_updated: ({ project, odd }: Draw): Differing => ({
    target: { type: 'project', id: String(project), name: `service-${project}` },
    message: 'Changed who sees the project',
    attributes: JSON.stringify({
      visibility: { before: 'private', after: odd() ? 'public' : 'internal' },
    }),
  }),
  security_policy_update: ({ number, project, random, odd }: Draw): Differing => {
    const name = `${odd() ? 'Scans' : 'Approvals'} of team ${project % 60}`;
    const commit = odd() ? 'unknown' : sha(number, false);
    const path = odd() ? `/actions/${number % 5}/role_approvers` : '/actions/0/approvals_required';
    return {
      target: { type: 'security_policy', id: `approval_policy/${name}`, name },
      message: `Updated security policy with the name: "${name}"`,
      policy_change: {
        policy_type: odd() ? 'vulnerability_management_policy' : 'approval_policy',
        policy_name: name,
        commit_sha: commit,
        push_id: `git:${commit}`,
        committer: {
          name: 'Ann Lee',
          email: odd() ? 'ann@other.test' : 'ann@acme.example',
          at: 1_795_000_000_000_000,
        },
        pusher: null,
        diff: [{ path, before: '1', after: '2' }],
        rules: { created: [], updated: [below(3, random)], deleted: odd() ? [0, 1, 2] : [] },
        renamed_from: null,
        renamed_to: null,
        warnings: odd() ? ['An action names nobody.'] : [],
        unresolved: odd(),
        merge_request: null,
      },
    };
  },
  member_added: ({ number, odd }: Draw): Differing => {
    const name = odd() ? 'Mo' : `Member ${number} Surname${odd() ? ' (external)' : ''}`;
    return {
      target: { type: 'user', id: String(number), name },
      message: `Added member ${name}`,
      attributes: JSON.stringify({ role: odd() ? 'owner' : 'developer' }),
    };
  },
};

const sha = (number: number, odd: boolean): string =>
  odd ? `0000${number % 5}`.padEnd(40, 'a') : hash('sha1', String(number), 'hex');
