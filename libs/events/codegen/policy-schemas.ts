import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The schemas of policy files under `schemas/policies`, by file name. */
export function readPolicySchemas(folder: string): Record<string, object> {
  const files = readdirSync(folder).filter((file) => file.endsWith('.schema.json'));
  return Object.fromEntries(
    files.sort().map((file) => [file, JSON.parse(readFileSync(join(folder, file), 'utf8')) as object]),
  );
}
