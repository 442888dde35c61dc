import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parse } from 'yaml';
import { CliError, exitCodes } from '../cli-error.js';
import type { CommandContext } from '../context.js';
import { ApiClient } from '../mesh/api-client.js';

/** Entities of one call. */
const PART = 2_000;
const families = ['namespaces', 'projects', 'policy_links', 'controls', 'frameworks'] as const;
type Document = Partial<Record<(typeof families)[number], Record<string, unknown>[]>>;

export const directoryImport = (parent: Command, context: CommandContext): Command =>
  parent
    .command('import')
    .summary('take over namespaces, projects, policy links, controls and frameworks')
    .description(
      'Adds or changes what the file names and ends when every part of the mesh can know of it. Deletes nothing; repeating it changes nothing.',
    )
    .argument('<file>', 'directory file (YAML)')
    .addHelpText(
      'after',
      '\nExample:\n  auditmesh directory import directory.yml\n\nThe file:\n  namespaces:   [{id: 1, path: acme}, {id: 2, path: acme/payments, parent: 1}]\n  projects:     [{id: 70, path: acme/payments/ledger, namespace: 2}]\n  policy_links: [{policy_project: 42, namespace: 1}]\n  frameworks:   [{id: 3, namespace: 1, name: SOC 2, groups: [2], requirements: [{id: 31, name: Four eyes, controls: [minimum_approvals_required_2]}]}]\n\nWhat the file leaves out stays as it is; an entry with removed: true does not exist any more.',
    )
    .action((file: string) => context.run((output) => importDirectory(file, output, context)));

async function importDirectory(
  file: string,
  output: CommandContext['output'],
  context: CommandContext,
): Promise<void> {
  const document = readDocument(file);
  const parts = [...partsOf(document)];
  const api = new ApiClient(context.mesh());
  const total = parts.reduce((sum, part) => sum + sizeOf(part), 0);
  const bar = output.progress('Importing', total);
  const sums = { changed: 0, unchanged: 0 };
  for (const [i, part] of parts.entries()) {
    // What stands on earlier parts must find them there; the rest is waited for at the end.
    const stoodOn = part.namespaces || (part.projects && document.policy_links?.length);
    const wait = stoodOn || i === parts.length - 1 ? '?wait=projected' : '';
    const { changed, unchanged } = await api.call<typeof sums>('PUT', `/api/v1/directory${wait}`, part);
    sums.changed += changed;
    sums.unchanged += unchanged;
    bar.to(sums.changed + sums.unchanged);
  }
  bar.done();
  output.say(`${sums.changed} entities are new or different, ${sums.unchanged} are as they were.`);
  output.result(sums);
}

export function readDocument(file: string): Document {
  let document: unknown;
  try {
    document = parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(`${file} cannot be read: ${(cause as Error).message}`, exitCodes.failed, { cause });
  }
  if (document === null || typeof document !== 'object' || Array.isArray(document))
    throw new CliError(`${file} is no directory file: it must be a mapping with ${families.join(', ')}.`);
  const unknown = Object.keys(document).filter((key) => !(families as readonly string[]).includes(key));
  if (unknown.length)
    throw new CliError(`${file} has the unknown key ${unknown[0]}; known are ${families.join(', ')}.`);
  const odd = families.find((family) => !Array.isArray((document as Document)[family] ?? []));
  if (odd) throw new CliError(`${file}: ${odd} must be a list.`);
  return document as Document;
}

/** Parts small enough for a call; namespaces first and parents before children, as the rest stands on them. */
function* partsOf(document: Document): Generator<Document> {
  for (const family of families) {
    const list = family === 'namespaces' ? byDepth(document.namespaces ?? []) : (document[family] ?? []);
    for (let at = 0; at < list.length; at += PART) yield { [family]: list.slice(at, at + PART) };
  }
}

const byDepth = (namespaces: Record<string, unknown>[]): Record<string, unknown>[] =>
  namespaces.toSorted((a, b) => String(a.path).split('/').length - String(b.path).split('/').length);

const sizeOf = (part: Document): number => Object.values(part).reduce((sum, list) => sum + list.length, 0);
