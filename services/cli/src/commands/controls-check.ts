import { ControlSet, ownControls } from '@auditmesh/controls';
import type { Command } from 'commander';
import { exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { OWN_CONTROLS, problemIn, readControlFolder, vocabularyFor } from '../control-files.js';

export const controlsCheck = (parent: Command, context: CommandContext): Command =>
  parent
    .command('check')
    .summary('check that control files load')
    .description(
      'Reads every control file of the folder, else those that come with the mesh: its form, its triggers and its expressions, down to the fields that events of the triggers have. Of our own also that the event types name no control in vain. A name that is also ours is no fault.',
    )
    .argument('[folder]', 'folder with .yml files')
    .addHelpText('after', '\nExample:\n  auditmesh controls check compliance/controls')
    .action((folder?: string) => context.run(async (output) => check(folder ?? OWN_CONTROLS, output)));

/** The exit code says whether all files load; nothing more is printed after the result. */
function check(folder: string, output: CommandContext['output']): void {
  const { files, controls, problems } = readControlFolder(folder);
  for (const problem of problems) output.say(problemIn(folder, problem));
  const names = controls.map(({ name }) => name);
  const ours = new Set(folder === OWN_CONTROLS ? [] : ownControls().map(({ name }) => name));
  const alsoOurs = names.filter((name) => ours.has(name));
  const inVain = folder === OWN_CONTROLS ? ControlSet.of(controls, [], vocabularyFor(folder)).problems : [];
  for (const { control, message } of inVain) output.say(`${control}: ${message}`);
  if (!files) output.say(`${folder} has no .yml file; name the folder that holds the controls.`);
  else output.say(`${controls.length} of ${files} controls load.`);
  if (alsoOurs.length)
    output.say(`Also ours, so that ours count unless overriding is switched on: ${alsoOurs.join(', ')}.`);
  output.result({ folder, files, controls: names, also_ours: alsoOurs, problems, in_vain: inVain });
  if (problems.length || inVain.length || !files) process.exitCode = exitCodes.failed;
}
