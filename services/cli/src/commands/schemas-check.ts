import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { incompatibilities } from '@auditmesh/avro';
import { topics, type Topic } from '@auditmesh/events';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { registryOf } from '../mesh/kafka-access.js';

/** Every version of every schema that was ever released. */
const HISTORY = join(dirname(fileURLToPath(import.meta.url)), '../../../../schemas/history');

interface Fault {
  subject: string;
  version: string;
  reason: string;
}

export const schemasCheck = (parent: Command, context: CommandContext): Command =>
  parent
    .command('check')
    .summary('check that the schemas are compatible with all earlier versions')
    .description(
      'Compares each schema with every version kept in schemas/history, both ways, and with --registry also with every version that the registry holds.',
    )
    .option('--registry', 'compare with the versions in the registry too')
    .addHelpText('after', '\nExample:\n  auditmesh schemas check --registry')
    .action((options: { registry?: boolean }) =>
      context.run((output) => check(Boolean(options.registry), output, context)),
    );

async function check(
  withRegistry: boolean,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const faults: Fault[] = [];
  let compared = 0;
  const compare = (subject: string, version: string, schema: object, older: object) => {
    compared++;
    faults.push(...incompatibilities(schema, older).map((reason) => ({ subject, version, reason })));
  };
  for (const { name, schema } of Object.values(topics as Record<string, Topic<unknown>>)) {
    for (const [file, older] of keptVersions(`${name}-value`)) compare(`${name}-value`, file, schema, older);
    if (!withRegistry) continue;
    const mesh = context.mesh();
    const versions = await registryOf(mesh).versions(`${mesh.topicPrefix}${name}-value`);
    versions.forEach((older, i) => compare(`${name}-value`, `registry ${i + 1}`, schema, older));
  }
  for (const { subject, version, reason } of faults) output.say(`${subject}, ${version}: ${reason}`);
  output.say(`${compared} comparisons, ${faults.length} incompatibilities.`);
  output.result({ compared, incompatibilities: faults });
  if (faults.length)
    throw new CliError(
      'The schemas are not compatible with all earlier versions; add fields with defaults only, and remove only such fields.',
    );
}

function keptVersions(subject: string): [string, object][] {
  const folder = join(HISTORY, subject);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).map((file) => [
    file,
    JSON.parse(readFileSync(join(folder, file), 'utf8')) as object,
  ]);
}
