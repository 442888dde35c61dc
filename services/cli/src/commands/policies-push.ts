import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { PolicyFilePushed } from '@auditmesh/events';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { PolicyPushes } from '../mesh/policy-pushes.js';
import { policyProject } from './options.js';
import { POLICY_FILE } from './policies-import.js';

const SOURCE = 'auditmesh-cli';
const HELD_BACK =
  'is applied, but the rollout flag holds its events back; once it is on for the root namespace, `auditmesh policies backfill` emits them';

interface Options {
  file?: string;
  removed?: boolean;
  policyProject: number;
  pushId?: string;
  authorName: string;
  authorEmail: string;
  commit?: string;
  wait: boolean;
}

export const policiesPush = (parent: Command, context: CommandContext): Command =>
  parent
    .command('push')
    .summary('push one version of a policy file')
    .description('Writes a push of a policy file, as a hook on the policy project would do.')
    .option('--file <path>', 'the file after the push')
    .option('--removed', 'the push removed the file')
    .requiredOption('--policy-project <id>', 'id of the project in the directory', policyProject)
    .option(
      '--push-id <id>',
      'identity of the push; a known one changes nothing. Default: made of project, content and time',
    )
    .option(
      '--author-name <name>',
      'author of the commit',
      process.env.GIT_AUTHOR_NAME ?? process.env.USER ?? 'unknown',
    )
    .option(
      '--author-email <email>',
      'e-mail address of the author',
      process.env.GIT_AUTHOR_EMAIL ?? 'unknown@localhost',
    )
    .option('--commit <sha>', 'commit that holds the file. Default: made of the content')
    .option('--no-wait', 'end when the push is written, not when its events can be searched')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh policies push --file policy.yml --policy-project 42 --author-name "Ann Lee" --author-email ann@example.com',
    )
    .action((options: Options) => context.run((output) => push(options, output, context)));

async function push(
  options: Options,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  if ((options.file === undefined) === (options.removed === undefined)) {
    throw new CliError('Name the file with --file, or say --removed.', exitCodes.usage);
  }
  const value = pushOf(options, options.file === undefined ? null : read(options.file));
  const pushes = await PolicyPushes.open(context.mesh(), options.policyProject);
  try {
    const known = pushes.isEmitted(value.push_id);
    if (!known) await pushes.send([value], SOURCE);
    if (!options.wait) {
      output.say(`Wrote the push ${value.push_id}.`);
      return output.result({ push_id: value.push_id, known });
    }
    const { events, heldBack } = await pushes.untilApplied(known ? [] : [value.push_id], () => undefined);
    const searchable = await pushes.untilSearchable();
    output.say(
      known
        ? `The push ${value.push_id} was known; nothing changed.`
        : `The push ${value.push_id} ${heldBack ? HELD_BACK : `gave ${events} audit events`}.`,
    );
    output.result({ push_id: value.push_id, known, held_back: heldBack > 0, events, searchable });
  } finally {
    await pushes.close();
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError(`${path} cannot be read: ${(cause as Error).message}`, exitCodes.unavailable, {
      cause,
    });
  }
}

function pushOf(options: Options, content: string | null): PolicyFilePushed {
  const at = Date.now() * 1000;
  const signature = { name: options.authorName, email: options.authorEmail, at };
  const digest = hash('sha256', JSON.stringify([options.policyProject, content, at]), 'hex');
  return {
    push_id: options.pushId ?? `cli:${digest.slice(0, 32)}`,
    policy_project_id: options.policyProject,
    file_path: POLICY_FILE,
    content,
    commit_sha: options.commit ?? hash('sha1', content ?? '', 'hex'),
    author: signature,
    committer: signature,
    pusher: null,
    occurred_at: at,
    imported: false,
    author_account: null,
    merge_request: null,
    commits: [],
  };
}
