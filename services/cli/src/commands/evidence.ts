import { createWriteStream, renameSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';
import type { Output } from '../output.js';
import { frameworkId } from './options.js';

const MIB = 2 ** 20;

interface Options {
  framework: number;
  from?: string;
  to?: string;
  output?: string;
}

export const evidence = (program: Command, context: CommandContext): Command =>
  program
    .command('evidence')
    .summary('fetch what shows how a framework was kept to, as one signed file')
    .description(
      'Fetches the evidence for a compliance framework: a ZIP that is readable without the mesh, and whose README.txt says how to check it with openssl.',
    )
    .requiredOption('--framework <id>', 'id of the framework', frameworkId)
    .option('--from <time>', 'day or time, such as 2026-10-01; default: 90 days before the end')
    .option('--to <time>', 'day or time before which it ends; default: now')
    .option('--output <file>', 'where to; default: a name that says what it is, in the current folder')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh evidence --framework 3 --from 2026-07-01 --to 2026-10-01 --output q3.zip',
    )
    .action((options: Options) => context.run((output) => fetchEvidence(options, output, context)));

async function fetchEvidence(
  { framework, from, to, output: wanted }: Options,
  output: Output,
  context: CommandContext,
): Promise<void> {
  const query = new URLSearchParams({ ...(from && { from }), ...(to && { to }) });
  const api = new ApiClient(context.mesh());
  const response = await api.download(`/api/v1/frameworks/${framework}/evidence?${query}`);
  const named = /filename="([\w.-]+)"/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const file = wanted ?? named ?? `evidence-${framework}.zip`;
  const bytes = await save(response, file, output);
  output.say(`${file}: ${bytes} bytes. Its README.txt says what is in it and how to check it.`);
  output.result({ file, bytes });
}

/** Under another name until it is whole. @returns its size */
async function save(response: Response, file: string, output: Output): Promise<number> {
  const part = `${file}.part`;
  let bytes = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      output.note(`${(bytes / MIB).toFixed(1)} MiB`);
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.fromWeb(response.body as never), counted, createWriteStream(part));
    renameSync(part, file);
  } catch (cause) {
    rmSync(part, { force: true });
    throw new CliError(
      `The evidence did not arrive whole, and nothing was kept: ${(cause as Error).message}. Try again.`,
      exitCodes.unavailable,
      { cause },
    );
  } finally {
    output.note('');
  }
  return bytes;
}
