import { topics, type Topic } from '@auditmesh/events';
import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { registryOf } from '../mesh/kafka-access.js';

export const schemasRegister = (parent: Command, context: CommandContext): Command =>
  parent
    .command('register')
    .summary('register the schemas')
    .description(
      'Registers the schema of every topic and makes the registry refuse what is not FULL_TRANSITIVE compatible. Part of a deployment; services never register.',
    )
    .addHelpText('after', '\nExample:\n  auditmesh schemas register')
    .action(() =>
      context.run(async (output) => {
        const mesh = context.mesh();
        const registry = registryOf(mesh);
        const subjects: { subject: string; id: number }[] = [];
        for (const { name, schema } of Object.values(topics as Record<string, Topic<unknown>>)) {
          const subject = `${mesh.topicPrefix}${name}-value`;
          const id = await registry.register(subject, schema);
          await registry.setCompatibility(subject, 'FULL_TRANSITIVE');
          subjects.push({ subject, id });
        }
        output.say(`${subjects.length} schemas are registered.`);
        output.result({ subjects });
      }),
    );
