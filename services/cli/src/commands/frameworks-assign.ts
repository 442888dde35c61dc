import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { lineOf, type Framework } from './frameworks-list.js';
import { frameworkId, groupId, projectId } from './options.js';

interface Options {
  project?: number;
  group?: number;
  byDefault?: boolean;
}

export const frameworksAssign = (parent: Command, context: CommandContext): Command =>
  command(parent, context, 'assign')
    .summary('assign a framework to a project or group')
    .description(
      'Assigns a framework to a project, to a group, hence to all projects in it at any depth, or by default to every project of its root namespace that no other is assigned to. Repeating it changes nothing.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  auditmesh frameworks assign 3 --project 70\n  auditmesh frameworks assign 3 --group 2\n  auditmesh frameworks assign 3 --by-default',
    );

export const frameworksUnassign = (parent: Command, context: CommandContext): Command =>
  command(parent, context, 'unassign')
    .summary('take a framework from a project or group')
    .description('Ends an assignment of a framework. Repeating it changes nothing.')
    .addHelpText(
      'after',
      '\nExamples:\n  auditmesh frameworks unassign 3 --project 70\n  auditmesh frameworks unassign 3 --by-default',
    );

const command = (parent: Command, context: CommandContext, name: 'assign' | 'unassign'): Command =>
  parent
    .command(name)
    .argument('<id>', 'of the framework', frameworkId)
    .option('--project <id>', 'a project', projectId)
    .option('--group <id>', 'a group', groupId)
    .option('--by-default', 'every project of the root namespace that no other is assigned to')
    .action((id: number, options: Options) =>
      context.run(async (output) => {
        const framework = await change(new ApiClient(context.mesh()), id, options, name === 'assign');
        output.say(lineOf(framework));
        output.result({ framework });
      }),
    );

async function change(
  api: ApiClient,
  id: number,
  { project, group, byDefault }: Options,
  assign: boolean,
): Promise<Framework> {
  if ([project, group, byDefault].filter((each) => each !== undefined).length !== 1)
    throw new CliError('Name one of --project, --group and --by-default.', exitCodes.usage);
  const framework = `/api/v1/frameworks/${id}`;
  if (byDefault) return api.call('PATCH', `${framework}?wait=projected`, { by_default: assign });
  const place = project === undefined ? `groups/${group}` : `projects/${project}`;
  return api.call(assign ? 'PUT' : 'DELETE', `${framework}/${place}?wait=projected`);
}
