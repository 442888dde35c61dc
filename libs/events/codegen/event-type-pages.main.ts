/** Generates the pages about event types. It runs on the built library, so that an example is what the code makes of it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Catalog, type EventExample } from '@auditmesh/events';
import { parse } from 'yaml';
import { eventTypeIndex, eventTypePage } from './event-type-pages.ts';
import { yamlFiles } from './event-types.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const pages = join(root, 'docs/event-types');
const types = new Catalog().all();
const examples = new Map(
  yamlFiles(join(root, 'schemas/event-examples')).map(([name, text]) => [name, parse(text) as EventExample]),
);

rmSync(pages, { recursive: true, force: true });
mkdirSync(pages, { recursive: true });
for (const type of types) {
  const example = examples.get(type.name);
  if (!example)
    throw new Error(`schemas/event-examples/${type.name}.yml is missing: write an example of the type.`);
  writeFileSync(join(pages, `${type.name}.md`), eventTypePage(type, example));
}
writeFileSync(join(pages, 'README.md'), eventTypeIndex(types));
