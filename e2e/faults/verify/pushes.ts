import { eventId, type AuditEvent, type PolicyFilePushed } from '@auditmesh/events';
import { parse } from 'yaml';
import { FILE_HEADER } from '../plan/load-step.ts';
import { canonical } from './findings.ts';
import type { GovernedProjects } from './governed-projects.ts';
import { differenceIn, differenceOf } from './policy-difference.ts';
import type { TopicRecord } from './topic-record.ts';
import type { ExpectedWindow } from './windows.ts';

/** An event that comes by itself, and what is wrong with one that should be it. */
export interface ExpectedEvent {
  id: string;
  where: string;
  fault(event: AuditEvent): string | undefined;
}

type Policies = Map<string, { type: string; content: Record<string, unknown> }>;

/** What the mesh must make of the pushes of one policy project. */
interface ProjectHistory {
  policies: Policies;
  valid: boolean;
  known: Set<string>;
}

/** The events of the pushes, in their order: one per policy that changed, and one when a file becomes invalid or valid again. */
export function eventsOfPushes(
  pushes: TopicRecord<PolicyFilePushed>[],
  governed: GovernedProjects,
): { windows: ExpectedWindow[]; files: ExpectedEvent[] } {
  const windows: ExpectedWindow[] = [];
  const files: ExpectedEvent[] = [];
  const histories = new Map<number, ProjectHistory>();
  for (const { sentAs, poison, value: push, headers } of pushes) {
    if (!sentAs || poison || !push) continue;
    const project = push.policy_project_id;
    const history = histories.get(project) ?? { policies: new Map(), valid: true, known: new Set() };
    histories.set(project, history);
    if (history.known.has(push.push_id)) continue;
    history.known.add(push.push_id);
    const source = headers['ce_source']!;
    const valid = headers[FILE_HEADER] !== 'invalid';
    if (valid) {
      const policies = policiesIn(push.content);
      windows.push(...changes(push, source, history.policies, policies, governed));
      history.policies = policies;
    }
    if (!valid || !history.valid) files.push(fileEvent(push, source, valid ? 'restored' : 'invalidated'));
    history.valid = valid;
  }
  return { windows, files };
}

function policiesIn(content: string | null): Policies {
  const file = (content === null ? {} : parse(content, { version: '1.1' })) as Record<
    string,
    Record<string, unknown>[]
  >;
  return new Map(
    Object.entries(file).flatMap(([type, list]) =>
      list.map((policy) => [`${type}/${policy['name']}`, { type, content: policy }]),
    ),
  );
}

function* changes(
  push: PolicyFilePushed,
  source: string,
  before: Policies,
  after: Policies,
  governed: GovernedProjects,
): Generator<ExpectedWindow> {
  for (const identity of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [before.get(identity)?.content, after.get(identity)?.content];
    if (canonical(old) === canonical(now)) continue;
    const kind = old && now ? 'update' : now ? 'create' : 'delete';
    const affected = [old, now].flatMap((content) =>
      content ? governed.of(push.policy_project_id, content) : [],
    );
    const projects = [...new Set(affected)].sort((a, b) => a - b);
    yield {
      key: `${push.policy_project_id}/${push.push_id}/${kind}/${identity}`,
      type: `security_policy_${kind}`,
      source,
      occurred_at: push.occurred_at,
      expected: projects.length,
      members: new Map(projects.map((id, i) => [i + 1, String(id)])),
      header: (event) =>
        faultOfChange(event, push, (before.get(identity) ?? after.get(identity))!.type, old, now, governed),
    };
  }
}

function faultOfChange(
  event: AuditEvent,
  push: PolicyFilePushed,
  type: string,
  old: Record<string, unknown> | undefined,
  now: Record<string, unknown> | undefined,
  governed: GovernedProjects,
): string | undefined {
  const { policy_change: change, scope, actor } = event;
  const project = push.policy_project_id;
  const root = governed.tenantOf(project);
  const is = [
    {
      scope,
      actor: actor.name,
      push: change?.push_id,
      sha: change?.commit_sha,
      type: change?.policy_type,
      name: change?.policy_name,
    },
    { unresolved: change?.unresolved, diff: [...differenceIn(change?.diff ?? [])] },
  ];
  const should = [
    {
      scope: {
        type: 'project',
        id: String(project),
        path: governed.pathOf(project),
        root_namespace_id: root,
      },
      actor: push.author.name,
      push: push.push_id,
      sha: push.commit_sha,
      type,
      name: (now ?? old)!['name'],
    },
    { unresolved: root === null, diff: [...differenceOf(old, now)] },
  ];
  return canonical(is) === canonical(should)
    ? undefined
    : `It says ${canonical(is)}, and should say ${canonical(should)}.`;
}

function fileEvent(push: PolicyFilePushed, source: string, kind: 'restored' | 'invalidated'): ExpectedEvent {
  const where = `${push.policy_project_id}/${push.push_id}/${kind}`;
  const type = `security_policy_yaml_${kind}`;
  return {
    id: eventId(push.occurred_at, source, where),
    where,
    fault: (event) => {
      const hasErrors = Boolean(event.policy_file?.errors.length) === (kind === 'invalidated');
      if (event.type === type && event.policy_file?.push_id === push.push_id && hasErrors) return undefined;
      return `It is a ${event.type} of push ${event.policy_file?.push_id} with ${event.policy_file?.errors.length} errors.`;
    },
  };
}
