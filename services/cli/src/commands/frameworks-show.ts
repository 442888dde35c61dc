import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import { lineOf, type Framework } from './frameworks-list.js';
import { frameworkId } from './options.js';

export const frameworksShow = (parent: Command, context: CommandContext): Command =>
  parent
    .command('show')
    .summary('show a framework')
    .description('Shows a framework with its requirements and controls.')
    .argument('<id>', 'of the framework', frameworkId)
    .addHelpText('after', '\nExample:\n  auditmesh frameworks show 3')
    .action((id: number) =>
      context.run(async (output) => {
        const framework = await new ApiClient(context.mesh()).call<Framework>(
          'GET',
          `/api/v1/frameworks/${id}`,
        );
        output.say(lineOf(framework));
        if (framework.description) output.say(framework.description);
        for (const { id: requirement, name, controls, external_controls } of framework.requirements) {
          const asked = [...controls, ...external_controls.map((each) => `${each.name} at ${each.url}`)];
          output.say(`  ${requirement}  ${name}: ${asked.join(', ') || 'no controls'}`);
        }
        output.result({ framework });
      }),
    );
