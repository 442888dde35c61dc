import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FileWarning, type Policy, readPolicyFile } from '@auditmesh/policies';
import { type Command, Option } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { directoryOf } from '../domain/directory-file.js';
import { previewOf, type Reach } from '../domain/policy-preview.js';
import { previewMarkdown, previewText } from '../domain/preview-text.js';
import { GitRepository } from '../git-repository.js';
import { Output } from '../output.js';
import { readDocument } from './directory-import.js';
import { policyProject } from './options.js';
import { POLICY_FILE } from './policies-import.js';

/** With --exit-code: policies change. Apart from the codes that all commands have. */
const CHANGED = 4;
const WORKING_TREE = 'working tree';

interface Options {
  repo: string;
  base?: string;
  head?: string;
  file: string;
  policyProject?: number;
  directory?: string;
  format: 'text' | 'json' | 'markdown';
  exitCode?: boolean;
  json?: boolean;
}

export const policiesDiff = (parent: Command, context: CommandContext): Command =>
  parent
    .command('diff')
    .summary('show what a change of a policy file would do')
    .description(
      'Compares two versions of a policy file as the mesh would: which policies are created, updated, renamed or deleted, field by field, in which projects, and what is odd or invalid about the new version. Sends nothing and needs no running mesh.',
    )
    .option('--repo <path>', 'git repository that holds the file', '.')
    .option('--base <rev>', 'version before. Default: where head left the default branch')
    .option('--head <rev>', 'version after. Default: the file as it lies in the working tree')
    .option('--file <path>', 'path of the file in the repository', POLICY_FILE)
    .option('--policy-project <id>', 'id of the project in the directory', policyProject)
    .option('--directory <file>', 'directory file (YAML) that tells which projects a policy applies to')
    .addOption(
      new Option('--format <format>', 'how to print it')
        .choices(['text', 'json', 'markdown'])
        .default('text'),
    )
    .option('--exit-code', `exit with ${CHANGED} if a policy changes`)
    .addHelpText(
      'after',
      `\nExit codes: 0 the file is valid · 1 the file is invalid · ${CHANGED} it is valid and a policy changes, with --exit-code · 2 called wrongly · 3 something needed is not there` +
        '\n\nExample:\n  auditmesh policies diff --repo ../security-policies --policy-project 42 --directory directory.yml --format markdown',
    )
    .action((options: Options) => diff(options, context));

async function diff(options: Options, context: CommandContext): Promise<void> {
  const reach = reachOf(options);
  const repository = new GitRepository(options.repo);
  await repository.expectRepository();
  const head = options.head === undefined ? undefined : await repository.commit(options.head);
  const base = await baseOf(options, head, repository);
  const content =
    head === undefined
      ? readIfThere(join(await repository.folder(), options.file))
      : await repository.content(head, options.file);
  const before = await inForce(base, options.file, repository);
  if (content === null && before.sha === null)
    throw new CliError(
      `There is no ${options.file} before or after; name another file with --file.`,
      exitCodes.unavailable,
    );
  const after =
    content === null ? { valid: true as const, policies: [], warnings: [] } : readPolicyFile(content);
  const preview = previewOf(before, after, reach);
  const compared = {
    file: options.file,
    base: (before.sha ?? base).slice(0, 12),
    head: head?.slice(0, 12) ?? WORKING_TREE,
  };
  const format = options.json ? 'json' : options.format;
  if (format === 'json') new Output(true).result({ ...compared, removed: content === null, ...preview });
  else context.output.say((format === 'text' ? previewText : previewMarkdown)(preview, compared));
  // Not thrown: it is an answer, and nothing may follow it.
  if (!preview.valid) process.exitCode = exitCodes.failed;
  else if (options.exitCode && preview.changes.length) process.exitCode = CHANGED;
}

function reachOf({ directory: file, policyProject: policyProjectId }: Options): Reach | null {
  if (file === undefined) return null;
  if (policyProjectId === undefined)
    throw new CliError(
      'Name the policy project with --policy-project, since the directory tells by it which projects there are.',
      exitCodes.usage,
    );
  const directory = directoryOf(readDocument(file));
  if ('fault' in directory) throw new CliError(`${file}: ${directory.fault}`, exitCodes.unavailable);
  return { directory, policyProjectId };
}

async function baseOf(
  options: Options,
  head: string | undefined,
  repository: GitRepository,
): Promise<string> {
  if (options.base !== undefined) return repository.commit(options.base);
  const branch = await repository.defaultBranch();
  const base = branch && (await repository.mergeBase(branch, head ?? 'HEAD'));
  if (base) return base;
  throw new CliError(
    branch
      ? `${options.repo} does not hold where ${branch} and the head parted; fetch more of it, or name the version before with --base.`
      : `${options.repo} has no default branch that can be told; name the version before with --base.`,
    exitCodes.unavailable,
  );
}

/** Policies of the newest valid version up to the commit, and where it is: an invalid one changes nothing. */
async function inForce(
  base: string,
  file: string,
  repository: GitRepository,
): Promise<{ policies: Policy[]; warnings: FileWarning[]; sha: string | null }> {
  const nothing = { policies: [], warnings: [] };
  const current = await repository.content(base, file);
  const read = current === null ? nothing : readPolicyFile(current);
  if (!('valid' in read))
    return { ...read, sha: (await repository.history(base, file)).length ? base : null };
  if (read.valid) return { ...read, sha: base };
  const commits = (await repository.history(base, file)).reverse();
  for await (const { commit, content } of repository.contents(commits, file)) {
    if (content === null) return { ...nothing, sha: commit.sha };
    const earlier = readPolicyFile(content);
    if (earlier.valid) return { ...earlier, sha: commit.sha };
  }
  return { ...nothing, sha: base };
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new CliError(`${path} cannot be read: ${(cause as Error).message}`, exitCodes.unavailable, {
      cause,
    });
  }
}
