import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { readText } from '../control-files.js';
import { mappingOf } from '../mapping-file.js';
import { ApiClient } from '../mesh/api-client.js';
import { lineOf, type Framework } from './frameworks-list.js';
import { namespaceId } from './options.js';

interface Options {
  namespace: number;
  name?: string;
  description?: string;
  color?: string;
  byDefault?: boolean;
  file?: string;
}

export const frameworksCreate = (parent: Command, context: CommandContext): Command =>
  parent
    .command('create')
    .summary('create a framework')
    .description(
      'Creates a framework and ends when every part of the mesh can know of it. Its requirements come from a file.',
    )
    .requiredOption('--namespace <id>', 'root namespace that owns it', namespaceId)
    .option('--name <name>', 'unique in the namespace')
    .option('--description <text>', 'what it is for')
    .option('--color <color>', 'of its label, such as #1f75cb')
    .option('--by-default', 'assign it to every project that no other is assigned to')
    .option(
      '--file <file>',
      'YAML with name, description, color, requirements, projects, groups; options win',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  auditmesh frameworks create --namespace 1 --name "SOC 2" --color "#1f75cb"\n  auditmesh frameworks create --namespace 1 --file soc2.yml\n\nThe file:\n  name: SOC 2\n  requirements:\n    - name: Four eyes\n      controls: [minimum_approvals_required_2]',
    )
    .action(({ file, namespace, name, description, color, byDefault }: Options) =>
      context.run(async (output) => {
        const given = Object.entries({ namespace, name, description, color, by_default: byDefault });
        const body = {
          ...(file === undefined ? {} : mappingOf(file, readText(file))),
          ...Object.fromEntries(given.filter(([, value]) => value !== undefined)),
        };
        const api = new ApiClient(context.mesh());
        const made = await api.call<Framework>('POST', '/api/v1/frameworks?wait=projected', body);
        output.say(`Created ${lineOf(made)}.`);
        output.result({ framework: made });
      }),
    );
