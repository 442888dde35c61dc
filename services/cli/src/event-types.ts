import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Catalog, type EventExample, type EventType } from '@auditmesh/events';
import { CatalogConfig, loadCatalog, loadConfig } from '@auditmesh/runtime';
import { parse } from 'yaml';

const schemas = join(dirname(fileURLToPath(import.meta.url)), '../../../schemas');
const own = new Catalog();

/** The folder of the type files that come with the mesh. */
export const OWN_TYPES = join(schemas, 'event-types');

/** The folder that CATALOG_FOLDER names. */
export const configuredFolder = (): string | undefined => loadConfig(CatalogConfig).CATALOG_FOLDER;

/** The catalog as the services have it. @throws ConfigError if CATALOG_FOLDER cannot be used */
export const configuredCatalog = (): Catalog => loadCatalog(loadConfig(CatalogConfig));

export const isOwn = (name: string): boolean => own.get(name) !== undefined;

/** When events of our type are emitted, and an example; undefined for a type that is not ours. */
export function exampleOf(name: string): EventExample | undefined {
  const file = join(schemas, 'event-examples', `${name}.yml`);
  return isOwn(name) && existsSync(file) ? (parse(readFileSync(file, 'utf8')) as EventExample) : undefined;
}

/** The type with what the catalog makes of it. */
export function described(
  catalog: Catalog,
  { name, compliance_requirement_controls: _, ...type }: EventType,
) {
  const origin = own.get(name) === catalog.get(name) ? 'auditmesh' : 'folder';
  return { name, ...type, category: catalog.category(name)!, controls: catalog.controls(name), origin };
}
