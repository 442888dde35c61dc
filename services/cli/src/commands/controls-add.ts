import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { readText } from '../control-files.js';
import { mappingOf } from '../mapping-file.js';
import { ApiClient } from '../mesh/api-client.js';
import { namespaceId } from './options.js';

export const controlsAdd = (parent: Command, context: CommandContext): Command =>
  parent
    .command('add')
    .summary('give a root namespace a control of its own')
    .description(
      'Takes over a control file as a control of a root namespace, in place of one with its name, and ends when every part of the mesh can know of it. Try it before: `auditmesh controls backtest`.',
    )
    .argument('<file>', 'control file (YAML)')
    .requiredOption('--namespace <id>', 'root namespace that owns it', namespaceId)
    .addHelpText('after', '\nExample:\n  auditmesh controls add four_eyes.yml --namespace 1')
    .action((file: string, { namespace }: { namespace: number }) =>
      context.run(async (output) => {
        const definition = readText(file);
        const path = `/api/v1/controls/${namespace}/${encodeURIComponent(nameIn(file, definition))}`;
        const api = new ApiClient(context.mesh());
        const control = await api.call<{ name: string }>('PUT', `${path}?wait=projected`, { definition });
        output.say(`The namespace ${namespace} has the control ${control.name}.`);
        output.result({ control });
      }),
    );

export const controlsRemove = (parent: Command, context: CommandContext): Command =>
  parent
    .command('remove')
    .summary('delete a control of a root namespace')
    .description('Deletes a control of a root namespace’s own, which no framework asks for.')
    .argument('<control>', 'its name, or the file it came from')
    .requiredOption('--namespace <id>', 'root namespace that owns it', namespaceId)
    .addHelpText('after', '\nExample:\n  auditmesh controls remove four_eyes --namespace 1')
    .action((nameOrFile: string, { namespace }: { namespace: number }) =>
      context.run(async (output) => {
        const name = /\.ya?ml$/.test(nameOrFile) ? nameIn(nameOrFile, readText(nameOrFile)) : nameOrFile;
        const path = `/api/v1/controls/${namespace}/${encodeURIComponent(name)}`;
        await new ApiClient(context.mesh()).call('DELETE', `${path}?wait=projected`);
        output.say(`Deleted the control ${name}.`);
        output.result({ namespace, name });
      }),
    );

/** The name that a control file gives; all else in it is for the api to judge. */
function nameIn(file: string, text: string): string {
  const { name } = mappingOf(file, text);
  if (typeof name === 'string' && name) return name;
  throw new CliError(`${file} has no name; \`auditmesh controls check FOLDER\` says all that is wrong.`);
}
