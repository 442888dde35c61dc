import { eventJson, exampleEvent } from '@auditmesh/events';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { configuredCatalog, described, exampleOf } from '../event-types.js';

export const catalogShow = (parent: Command, context: CommandContext): Command =>
  parent
    .command('show')
    .summary('show an event type with an example')
    .description('Shows what the catalog says of a type, and an example event as the API gives it.')
    .argument('<type>', 'name of the type')
    .addHelpText('after', '\nExample:\n  auditmesh catalog show security_policy_update')
    .action((name: string) => context.run(async (output) => show(name, output)));

function show(name: string, output: CommandContext['output']): void {
  const catalog = configuredCatalog();
  const type = catalog.get(name);
  if (!type)
    throw new CliError(
      `The type ${name} is not in the catalog; \`auditmesh catalog list\` shows what is.`,
      exitCodes.failed,
    );
  const known = described(catalog, type);
  const example = exampleOf(name);
  const event = eventJson(exampleEvent({ ...type, category: known.category }, example));
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  output.say(`${name}: ${type.description}.`);
  if (example) output.say(example.emitted);
  output.say(`  category   ${known.category}`);
  output.say(`  belongs to ${type.scope.join(', ').toLowerCase()}`);
  output.say(`  saved      ${yes(type.saved_to_database)}`);
  output.say(`  streamed   ${yes(type.streamed)}`);
  output.say(`  triggers   ${known.controls.join(', ') || 'no control'}`);
  output.say(`An example:\n${JSON.stringify(event, null, 2)}`);
  output.result({ type: known, emitted: example?.emitted ?? null, example: event });
}
