import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';

/**
 * The event types under `schemas/event-types`, as they stand in the files.
 *
 * @param schemaPath JSON Schema that each must satisfy
 * @throws Error naming every file that does not, and why
 */
export function readEventTypes(folder: string, schemaPath: string): Record<string, unknown>[] {
  const ajv = new Ajv({ allErrors: true, validateFormats: false });
  const isType = ajv.compile(JSON.parse(readFileSync(schemaPath, 'utf8')) as object);
  const faults: string[] = [];
  const types = yamlFiles(folder).map(([name, text]) => {
    const type = parse(text) as Record<string, unknown>;
    if (!isType(type)) faults.push(`${name}.yml: ${ajv.errorsText(isType.errors, { dataVar: 'the type' })}`);
    else if (type.name !== name) faults.push(`${name}.yml: the name is ${String(type.name)}`);
    return type;
  });
  if (faults.length) throw new Error(`Event types that make no sense:\n${faults.join('\n')}`);
  return types;
}

/** Name without its ending, and text, of each YAML file in the folder. */
export const yamlFiles = (folder: string): [string, string][] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => [basename(file, '.yml'), readFileSync(join(folder, file), 'utf8')]);
