import type { PolicyFilePushed } from '@auditmesh/events';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { commitTime, type Commit, mergeRequestOf } from '../domain/git-history.js';
import { GitRepository } from '../git-repository.js';
import { PolicyPushes } from '../mesh/policy-pushes.js';
import { policyProject } from './options.js';

export const POLICY_FILE = '.gitlab/security-policies/policy.yml';
/** ce_source of what is read from a repository. */
const SOURCE = 'git';
const SEND_BATCH = 200;
/** Kafka takes records of this size, with room for headers. */
const MAX_CONTENT_BYTES = 4_000_000;

interface Options {
  repo: string;
  policyProject: number;
  ref: string;
  file: string;
  wait: boolean;
}

export const policiesImport = (parent: Command, context: CommandContext): Command =>
  parent
    .command('import')
    .summary('take over the history of a policy file')
    .description(
      'Walks the first-parent history of a policy file, the oldest commit first, and writes one push per commit that touched it. Repeating it changes nothing: commits whose events are emitted are left out.',
    )
    .requiredOption('--repo <path>', 'git repository that holds the file')
    .requiredOption('--policy-project <id>', 'id of the project in the directory', policyProject)
    .option('--ref <ref>', 'branch, tag or commit to walk back from', 'HEAD')
    .option('--file <path>', 'path of the file in the repository', POLICY_FILE)
    .option('--no-wait', 'end when the pushes are written, not when their events can be searched')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh policies import --repo ../security-policies --policy-project 42',
    )
    .action((options: Options) => context.run((output) => importHistory(options, output, context)));

async function importHistory(
  options: Options,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const repository = new GitRepository(options.repo);
  const commits = await repository.history(options.ref, options.file);
  if (!commits.length) {
    throw new CliError(
      `No commit of ${options.ref} in ${options.repo} touched ${options.file}; name another file with --file.`,
    );
  }
  const pushes = await PolicyPushes.open(context.mesh(), options.policyProject);
  try {
    const fresh = commits.filter(({ sha }) => !pushes.isEmitted(pushId(sha)));
    await sendAll(fresh, repository, pushes, options, output);
    const ids = fresh.map(({ sha }) => pushId(sha));
    const summary = { commits: commits.length, known: commits.length - fresh.length, pushed: fresh.length };
    if (!options.wait) {
      output.say(`Wrote ${fresh.length} pushes.`);
      return output.result(summary);
    }
    const bar = output.progress('Applying', ids.length);
    const { events, heldBack } = await pushes.untilApplied(ids, (applied) => bar.to(applied));
    bar.done();
    const searchable = await pushes.untilSearchable();
    output.say(
      `${commits.length} commits, ${summary.known} known before, ${events} audit events${searchable ? '' : '; not all of them can be searched yet'}.`,
    );
    if (heldBack)
      output.say(
        `The rollout flag holds back the events of ${heldBack} commits; once it is on for the root namespace, \`auditmesh policies backfill\` emits them, and so does importing again.`,
      );
    output.result({ ...summary, held_back: heldBack, events, searchable });
  } finally {
    await pushes.close();
  }
}

async function sendAll(
  fresh: Commit[],
  repository: GitRepository,
  pushes: PolicyPushes,
  options: Options,
  output: CommandContext['output'],
): Promise<void> {
  const bar = output.progress('Reading ', fresh.length);
  let batch: PolicyFilePushed[] = [];
  let sent = 0;
  const flush = async () => {
    await pushes.send(batch, SOURCE);
    bar.to((sent += batch.length));
    batch = [];
  };
  for await (const { commit, content } of repository.contents(fresh, options.file)) {
    if (content !== null && Buffer.byteLength(content) > MAX_CONTENT_BYTES) {
      throw new CliError(
        `${options.file} at ${commit.sha} is larger than ${MAX_CONTENT_BYTES} bytes; it cannot be taken over.`,
        exitCodes.failed,
      );
    }
    batch.push(pushOf(commit, content, options));
    if (batch.length >= SEND_BATCH) await flush();
  }
  await flush();
  bar.done();
}

const pushId = (sha: string): string => `git:${sha}`;

const pushOf = (
  commit: Commit,
  content: string | null,
  { policyProject: id, file }: Options,
): PolicyFilePushed => ({
  push_id: pushId(commit.sha),
  policy_project_id: id,
  file_path: file,
  content,
  commit_sha: commit.sha,
  author: { name: commit.authorName, email: commit.authorEmail, at: commit.authorTime * 1_000_000 },
  committer: {
    name: commit.committerName,
    email: commit.committerEmail,
    at: commit.committerTime * 1_000_000,
  },
  pusher: null,
  occurred_at: commitTime(commit, Date.now() / 1000),
  imported: true,
  author_account: null,
  merge_request: mergeRequestOf(commit, id),
  commits: [],
});
