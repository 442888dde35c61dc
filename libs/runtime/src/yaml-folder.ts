import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of a folder, by its name in it. */
export interface NamedText {
  file: string;
  text: string;
}

/**
 * The `.yml` and `.yaml` files of a folder in the order of their names, those of folders within it not.
 *
 * @throws Error of Node if the folder or one of them cannot be read
 */
export const readYamlFolder = (folder: string): NamedText[] =>
  readdirSync(folder)
    .filter((file) => /\.ya?ml$/.test(file))
    .sort()
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
