import { applyTopics, declaredTopics } from '@auditmesh/kafka';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { kafkaOf } from '../mesh/kafka-access.js';
import { replication } from './options.js';

export const topicsApply = (parent: Command, context: CommandContext): Command =>
  parent
    .command('apply')
    .summary('create and configure the topics')
    .description(
      'Creates the topics that are missing and sets the declared configuration on those that differ. Repeating it changes nothing; a number of partitions is never changed.',
    )
    .option('--replication <n>', 'replicas of a topic that is created', replication, 1)
    .addHelpText('after', '\nExample:\n  auditmesh topics apply --replication 3')
    .action((options: { replication: number }) =>
      context.run(async (output) => {
        const results = await applyTopics(kafkaOf(context.mesh()), declaredTopics(), options.replication);
        const count = (action: string) => results.filter((r) => r.action === action).length;
        output.say(
          `${count('created')} topics created, ${count('configured')} configured, ${count('unchanged')} as declared.`,
        );
        output.result({ topics: results });
      }),
    );
