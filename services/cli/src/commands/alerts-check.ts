import { join } from 'node:path';
import type { Command } from 'commander';
import { ruleFolder, readRules } from '../alert-rules.js';
import { exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import type { Output } from '../output.js';

export const alertsCheck = (parent: Command, context: CommandContext): Command =>
  parent
    .command('check')
    .summary('check that alert rules load')
    .description(
      'Reads every rule of the folder, else of ALERT_RULES_FOLDER, else those that come with the mesh.',
    )
    .argument('[folder]', 'folder with .yml files')
    .addHelpText('after', '\nExample:\n  auditmesh alerts check schemas/alert-rules')
    .action((folder?: string) => context.run((output) => check(folder ?? ruleFolder(), output)));

/** The exit code says whether all files load; nothing more is printed after the result. */
async function check(folder: string, output: Output): Promise<void> {
  const { rules, problems, files } = await readRules(folder);
  for (const { file, line, column, problem } of problems)
    output.say(`${join(folder, file)}${line === null ? '' : `:${line}:${column}`}: ${problem}`);
  if (!files) output.say(`${folder} has no .yml file; name the folder that holds the rules.`);
  else output.say(`${rules.length} of ${files} alert rules load.`);
  output.result({ folder, files, rules: rules.map(({ name }) => name), problems });
  if (problems.length || !files) process.exitCode = exitCodes.failed;
}
