import { ownControls } from '@auditmesh/controls';
import { type Command, Option } from 'commander';
import { exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { problemIn, readControlFolder } from '../control-files.js';

const ways = ['events', 'settings', 'external'];

export const controlsList = (parent: Command, context: CommandContext): Command =>
  parent
    .command('list')
    .summary('list the controls')
    .description(
      'Lists the controls that come with the mesh, or those of a folder, by name; says which of its files do not load, and why.',
    )
    .option('--folder <folder>', 'those of this folder instead')
    .addOption(new Option('--evaluated <way>', 'only controls that are evaluated so').choices(ways))
    .addHelpText('after', '\nExample:\n  auditmesh controls list --evaluated events')
    .action(({ folder, evaluated }: { folder?: string; evaluated?: string }) =>
      context.run(async (output) => {
        const read = folder === undefined ? undefined : readControlFolder(folder);
        const all = read?.controls ?? ownControls();
        const controls = all.filter((control) => !evaluated || control.evaluated === evaluated);
        const width = Math.max(0, ...controls.map(({ name }) => name.length));
        for (const control of controls)
          output.say(
            `${control.name.padEnd(width)}  ${control.evaluated.padEnd(8)}  ${control.severity.padEnd(8)}  ${control.title}`,
          );
        output.say(`${controls.length} controls.`);
        for (const problem of read?.problems ?? []) output.say(problemIn(folder!, problem));
        output.result({ controls: controls.map(({ definition }) => definition) });
        if (read?.problems.length) process.exitCode = exitCodes.failed;
      }),
    );
