import { stringify } from 'yaml';
import type { SeededRandom } from './seeded-random.ts';

export const policyTypes = ['approval_policy', 'scan_execution_policy', 'pipeline_execution_policy'] as const;

/** A policy as a file has it; its name is part of it. */
export interface PlannedPolicy {
  type: (typeof policyTypes)[number];
  content: { name: string; [field: string]: unknown };
}

/** What a file can contain that is no policy file any more. */
const invalidFiles = [
  '',
  'approval_policy: [unclosed',
  'approval_policy: {name: no list}',
  'approval_policy: [{enabled: true}]',
  'other: 1',
];

/** The text of a file with these policies, written in one of several ways that mean the same. */
export function textOf(random: SeededRandom, policies: PlannedPolicy[]): string {
  const lists = new Map<string, object[]>([['approval_policy', []]]);
  for (const { type, content } of policies) lists.set(type, [...(lists.get(type) ?? []), content]);
  const file = Object.fromEntries(lists);
  const comment = `# ${random.int(0, 1_000_000)}\n`;
  return (
    comment +
    (random.chance(0.5) ? stringify(file, { version: '1.1' }) : JSON.stringify(file, null, random.int(0, 2)))
  );
}

export const invalidText = (random: SeededRandom): string => random.pick(invalidFiles);

export function somePolicy(random: SeededRandom, name: string): PlannedPolicy {
  const scope = someScope(random);
  return {
    type: random.pick(policyTypes),
    content: {
      name,
      description: `first ${random.int(0, 1_000_000)}`,
      enabled: true,
      rules: [{ type: 'any_merge_request', branches: [`release-${random.int(1, 9)}`] }],
      actions: [{ type: 'require_approval', approvals_required: random.int(1, 5) }],
      ...(scope && { policy_scope: scope }),
    },
  };
}

/** The policy with at least one difference that is one. */
export function changed(random: SeededRandom, { type, content }: PlannedPolicy): PlannedPolicy {
  const next = structuredClone(content) as PlannedPolicy['content'] & { rules: object[]; actions: object[] };
  next.description = `then ${random.int(0, 2 ** 31)}`;
  if (random.chance(0.3)) next.enabled = !next.enabled;
  if (random.chance(0.4))
    next.rules.push({ type: 'pipeline', branches: [`b-${random.int(1, 99)}`], n: random.int(0, 9) });
  if (random.chance(0.2) && next.rules.length > 1) next.rules.pop();
  if (random.chance(0.3))
    next.actions[0] = { type: 'require_approval', approvals_required: random.int(6, 9) };
  if (random.chance(0.2)) {
    const scope = someScope(random);
    if (scope) next.policy_scope = scope;
    else delete next.policy_scope;
  }
  return { type, content: next };
}

/** Most policies apply to all that their policy project governs. */
function someScope(random: SeededRandom): object | undefined {
  const projects = [1_100, 1_101, 1_102, 2_200, 2_201, 2_100]
    .filter(() => random.chance(0.4))
    .map((id) => ({ id }));
  if (random.chance(0.6) || !projects.length) return undefined;
  if (random.chance(0.3)) return { groups: { including: [{ id: random.pick([11, 21, 22]) }] } };
  return { projects: { [random.pick(['including', 'excluding'])]: projects } };
}
