import { join } from 'node:path';
import { readTypeFolder, type TypeFolder } from '@auditmesh/runtime';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { configuredFolder, isOwn, OWN_TYPES } from '../event-types.js';

export const catalogCheck = (parent: Command, context: CommandContext): Command =>
  parent
    .command('check')
    .summary('check that type files load')
    .description(
      "Reads every type file of the folder, else of CATALOG_FOLDER, else those that come with the mesh. Files of GitLab's load as they are; names that are also ours, a control listed twice and controls unknown to us are no faults.",
    )
    .argument('[folder]', 'folder with .yml files')
    .addHelpText('after', '\nExample:\n  auditmesh catalog check config/audit_events/types')
    .action((folder?: string) =>
      context.run(async (output) => check(folder ?? configuredFolder() ?? OWN_TYPES, output)),
    );

/** The exit code says whether all files load; nothing more is printed after the result. */
function check(folder: string, output: CommandContext['output']): void {
  const { files, types, problems } = read(folder);
  for (const { file, line, problem, remedy } of problems)
    output.say(`${join(folder, file)}${line ? `:${line}` : ''}: ${problem} ${remedy}`);
  const names = types.map(({ name }) => name);
  const alsoOurs = folder === OWN_TYPES ? [] : names.filter(isOwn);
  if (!files) output.say(`${folder} has no .yml file; name the folder that holds the type files.`);
  else output.say(`${types.length} of ${files} type files load.`);
  if (alsoOurs.length)
    output.say(`${alsoOurs.length} names are also ours; ours count unless CATALOG_OVERRIDE is true.`);
  output.result({ folder, files, types: names, also_ours: alsoOurs, problems });
  if (problems.length || !files) process.exitCode = exitCodes.failed;
}

function read(folder: string): TypeFolder {
  try {
    return readTypeFolder(folder);
  } catch (cause) {
    throw new CliError(
      `${folder} cannot be read: ${(cause as Error).message}. Name a folder with type files.`,
      exitCodes.unavailable,
      { cause },
    );
  }
}
