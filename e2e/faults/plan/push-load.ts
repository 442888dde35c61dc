import { topics, type PolicyFilePushed } from '@auditmesh/events';
import { policyProjects } from './directory.ts';
import { someTime } from './event-shape.ts';
import { FILE_HEADER, type LoadStep, type PlannedRecord } from './load-step.ts';
import { changed, invalidText, somePolicy, textOf, type PlannedPolicy } from './policy-file.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

export const PUSH_SOURCE = 'faults/pushes';

/** Policy projects that neither the directory nor a link knows. */
const FIRST_UNKNOWN = 600;

/** What a push does to the file. */
const edits = { change: 45, create: 20, delete: 8, rename: 7, reformat: 6, invalid: 9, remove: 5 };

/** Versions of the policy files of all policy projects, some of them pushed twice under the same id. */
export function pushLoad(random: SeededRandom, size: Size): LoadStep[] {
  const { largeGroup: _large, ...small } = policyProjects;
  return Object.values(small).flatMap((project) => {
    const own = random.fork(String(project));
    const times = Array.from({ length: size.pushesPerProject }, () => own.int(0, size.loadMs)).sort(
      (a, b) => a - b,
    );
    let policies: PlannedPolicy[] = [];
    const steps: LoadStep[] = [];
    times.forEach((atMs, n) => {
      const { file, text, next } = edited(own, policies, `${project}-${n}`);
      policies = next;
      const record = pushRecord(own, project, `${n}`, text, file);
      steps.push({ atMs, records: own.chance(0.15) ? [record, again(record, 'at-once')] : [record] });
      if (own.chance(0.15))
        steps.push({ atMs: own.int(atMs, size.loadMs), records: [again(record, 'later')] });
    });
    return steps;
  });
}

/** Pushes that fan out to more candidates than one transaction takes. */
export function largePushLoad(random: SeededRandom, size: Size): LoadStep[] {
  let policies = Array.from({ length: size.largePolicies }, (_, n) => {
    const { type, content } = somePolicy(random, `Large ${n}`);
    const { policy_scope: _scope, ...everywhere } = content;
    return { type, content: everywhere as PlannedPolicy['content'] };
  });
  return Array.from({ length: size.largePushes }, (_, n) => {
    const text = textOf(random, policies);
    policies = policies.map(({ type, content }) => ({
      type,
      content: { ...content, description: `then ${n}` },
    }));
    const record = pushRecord(random, policyProjects.largeGroup, `large-${n}`, text, 'valid');
    const share = (n + 0.3 + 0.3 * (random.int(0, 100) / 100)) / size.largePushes;
    return { atMs: Math.round(size.loadMs * share), records: [record] };
  });
}

/** First pushes of a policy project that nobody knows: each process waits for it once. */
export function waitingPushLoad(random: SeededRandom, size: Size): LoadStep[] {
  return Array.from({ length: size.waitingPushes }, (_, n) => {
    const text = textOf(random, [somePolicy(random, `Waiting ${n}`)]);
    const record = pushRecord(random, FIRST_UNKNOWN + n, 'waiting', text, 'valid');
    return {
      atMs: random.int(Math.round(size.loadMs * 0.1), Math.round(size.loadMs * 0.9)),
      records: [record],
    };
  });
}

function edited(random: SeededRandom, policies: PlannedPolicy[], name: string) {
  const edit = policies.length ? random.weighted(edits) : 'create';
  if (edit === 'invalid') return { file: 'invalid', text: invalidText(random), next: policies };
  if (edit === 'remove') return { file: 'removed', text: null, next: [] };
  const at = policies.length ? random.int(0, policies.length - 1) : 0;
  const replaced = (...by: PlannedPolicy[]) => policies.toSpliced(at, 1, ...by);
  const renamed = ({ type, content }: PlannedPolicy) => ({
    type,
    content: { ...content, name: `Renamed ${name}` },
  });
  const next = {
    create: () => [
      ...policies,
      ...Array.from({ length: random.int(1, 3) }, (_, i) => somePolicy(random, `Policy ${name}.${i}`)),
    ],
    change: () => replaced(changed(random, policies[at]!)),
    delete: () => replaced(),
    rename: () => replaced(renamed(policies[at]!)),
    reformat: () => random.shuffled(policies),
  }[edit]();
  return { file: 'valid', text: textOf(random, next), next };
}

const again = (record: PlannedRecord, when: string): PlannedRecord => ({
  ...record,
  id: `${record.id}-${when}`,
});

/** A valid push. @param file what the file is: valid, invalid or removed */
export function pushRecord(
  random: SeededRandom,
  project: number,
  push_id: string,
  content: string | null,
  file: string,
): PlannedRecord {
  const at = someTime(random);
  const author = { name: `Author ${random.int(1, 5)}`, email: 'author@acme.example', at };
  const value: PolicyFilePushed = {
    push_id,
    policy_project_id: project,
    file_path: '.gitlab/security-policies/policy.yml',
    content,
    commit_sha: `${project}-${push_id}`.padEnd(40, '0'),
    author,
    committer: author,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
  const headers = { ce_specversion: '1.0', ce_id: push_id, ce_source: PUSH_SOURCE, [FILE_HEADER]: file };
  return {
    id: `push-${project}-${push_id}`,
    topic: topics.policyPushes,
    key: String(project),
    value,
    headers,
  };
}
