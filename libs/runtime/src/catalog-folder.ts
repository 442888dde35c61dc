import { Catalog, readTypeFile, type EventType, type TypeFileProblem } from '@auditmesh/events';
import { ConfigError, type CatalogConfig } from './config.js';
import { readYamlFolder } from './yaml-folder.js';

const SHOWN = 20;

/** What a folder of type files holds. */
export interface TypeFolder {
  /** Number of type files. */
  files: number;
  types: EventType[];
  problems: TypeFileProblem[];
}

/**
 * Reads the `.yml` and `.yaml` files of a folder, those of folders within it not.
 *
 * @throws Error of Node if the folder cannot be read
 */
export function readTypeFolder(folder: string): TypeFolder {
  const files = readYamlFolder(folder);
  const read = files.map(({ file, text }) => readTypeFile(file, text));
  return {
    files: files.length,
    types: read.flatMap(({ type }) => type ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

/**
 * Our types, and those of the configured folder.
 *
 * @throws ConfigError if the folder cannot be read, has no type file, or one of them is at fault
 */
export function loadCatalog({ CATALOG_FOLDER: folder, CATALOG_OVERRIDE: override }: CatalogConfig): Catalog {
  if (folder === undefined) return new Catalog();
  let read: TypeFolder;
  try {
    read = readTypeFolder(folder);
  } catch (cause) {
    throw new ConfigError(`CATALOG_FOLDER: ${folder} cannot be read: ${(cause as Error).message}`, { cause });
  }
  if (!read.files)
    throw new ConfigError(`CATALOG_FOLDER: ${folder} has no .yml file; name the folder with the types.`);
  if (read.problems.length)
    throw new ConfigError(
      `CATALOG_FOLDER: type files of ${folder} are at fault; \`auditmesh catalog check\` finds this beforehand.\n${listOf(read.problems)}`,
    );
  return Catalog.with(read.types, override === 'true');
}

function listOf(problems: TypeFileProblem[]): string {
  const lines = problems
    .slice(0, SHOWN)
    .map(({ file, line, problem, remedy }) => `  ${file}${line ? `:${line}` : ''}: ${problem} ${remedy}`);
  if (problems.length > SHOWN) lines.push(`  and ${problems.length - SHOWN} more`);
  return lines.join('\n');
}
