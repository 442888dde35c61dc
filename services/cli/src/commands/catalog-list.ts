import { categories } from '@auditmesh/events';
import { Option, type Command } from 'commander';
import type { CommandContext } from '../context.js';
import { configuredCatalog, described } from '../event-types.js';

export const catalogList = (parent: Command, context: CommandContext): Command =>
  parent
    .command('list')
    .summary('list the event types')
    .description('Lists the event types that come with the mesh and those of CATALOG_FOLDER, by name.')
    .addOption(new Option('--category <category>', 'only types of this category').choices(categories))
    .addHelpText('after', '\nExample:\n  auditmesh catalog list --category policy_change')
    .action(({ category }: { category?: string }) =>
      context.run(async (output) => {
        const catalog = configuredCatalog();
        const types = catalog
          .all()
          .map((type) => described(catalog, type))
          .filter((type) => !category || type.category === category);
        const width = Math.max(0, ...types.map(({ name }) => name.length));
        for (const type of types)
          output.say(`${type.name.padEnd(width)}  ${type.category.padEnd(19)}  ${type.description}`);
        output.say(`${types.length} event types.`);
        output.result({ types });
      }),
    );
