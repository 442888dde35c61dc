import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

/** The event types under `schemas/event-types`, as they stand in the files. */
export function readEventTypes(folder: string): Record<string, unknown>[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yml'))
    .sort()
    .map((file) => {
      const type = parse(readFileSync(join(folder, file), 'utf8')) as Record<string, unknown>;
      if (type.name !== file.replace(/\.yml$/, '')) throw new Error(`${file}: name is ${String(type.name)}`);
      return type;
    });
}
