import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { required } from '../mesh/mesh-address.js';

const PROGRAM = join(dirname(fileURLToPath(import.meta.url)), '../../../projector/dist/rebuild.main.js');

interface Result {
  records: number;
  swapped: boolean;
  comparisons: { table: string; before: { rows: number }; after: { rows: number }; same: boolean }[];
}

export const rebuild = (program: Command, context: CommandContext): Command =>
  program
    .command('rebuild')
    .summary('write the read models again from the topics')
    .description(
      'Writes the tables of the trail again, beside those in use and while the mesh goes on, compares them row by row and swaps them. If rows differ nothing is swapped, unless the difference is accepted; then what was there is kept beside.',
    )
    .option('--accept-differences', 'swap although rows differ')
    .addHelpText('after', '\nExample:\n  auditmesh rebuild')
    .action((options: { acceptDifferences?: boolean }) =>
      context.run((output) => run(Boolean(options.acceptDifferences), output, context)),
    );

async function run(
  acceptDifferences: boolean,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const mesh = context.mesh();
  const env = {
    ...process.env,
    KAFKA_BROKERS: required(mesh, 'kafkaBrokers', 'KAFKA_BROKERS'),
    SCHEMA_REGISTRY_URL: required(mesh, 'schemaRegistryUrl', 'SCHEMA_REGISTRY_URL'),
    DATABASE_URL: required(mesh, 'databaseUrl', 'DATABASE_URL'),
    TOPIC_PREFIX: mesh.topicPrefix,
  };
  const child = spawn(process.execPath, [PROGRAM, ...(acceptDifferences ? ['--accept-differences'] : [])], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let complaint = '';
  child.stdout.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => {
    const text = bytes.toString();
    if (/^\d+ records$/m.test(text)) output.note(`Read ${text.trim().split('\n').at(-1)}`);
    else complaint += text;
  });
  await once(child, 'close');
  if (!printed)
    throw new CliError(complaint.trim() || 'The rebuild ended without a result.', exitCodes.unavailable);
  const result = JSON.parse(printed) as Result;
  for (const { table, before, after, same } of result.comparisons)
    output.say(`${same ? '✓' : '✗'} ${table}: ${before.rows} rows before, ${after.rows} after`);
  output.say(
    result.swapped
      ? 'The tables were swapped.'
      : 'Rows differ; nothing was swapped. Look into it, then use --accept-differences.',
  );
  output.result(result);
  if (!result.swapped) throw new CliError('The rows differ from what the topics give.');
}
