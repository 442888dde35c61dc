import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { frameworkId } from './options.js';

export const frameworksDelete = (parent: Command, context: CommandContext): Command =>
  parent
    .command('delete')
    .summary('delete a framework')
    .description(
      'Deletes a framework with its requirements and assignments. What it asked for in the past, and the violations of it, stay known.',
    )
    .argument('<id>', 'of the framework', frameworkId)
    .addHelpText('after', '\nExample:\n  auditmesh frameworks delete 3')
    .action((id: number) =>
      context.run(async (output) => {
        await new ApiClient(context.mesh()).call('DELETE', `/api/v1/frameworks/${id}?wait=projected`);
        output.say(`Deleted the framework ${id}.`);
        output.result({ id });
      }),
    );
