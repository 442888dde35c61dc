import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readContent, watchReadings, type FileContent } from './watched-file.js';

const POLL_MS = 500;

/** The YAML files of a folder, those of folders within it not: texts by name, or why there are none. */
export type FolderContent =
  { files: ReadonlyMap<string, string>; fault: null } | { files: null; fault: string };

/** A folder of small YAML files, such as a ConfigMap, that may change while it is used. */
export class WatchedFolder {
  private stopWatching: () => void = () => undefined;

  /** @param pollMs how often it is read, ms; a change counts when it was read twice */
  constructor(
    private readonly folder: string,
    private readonly pollMs = POLL_MS,
  ) {}

  /** What is there now; never rejects. A file that cannot be read makes the whole folder unreadable. */
  async read(): Promise<FolderContent> {
    return contentOf(await readAll(this.folder));
  }

  /**
   * Calls back with what is there, and again with each change that lasted. Resolves after the first call.
   *
   * @throws what the first call throws
   */
  async watch(changed: (content: FolderContent) => void): Promise<void> {
    const first = await readAll(this.folder);
    changed(contentOf(first));
    this.stopWatching = watchReadings(
      () => readAll(this.folder),
      first,
      this.pollMs,
      (content) => changed(contentOf(content)),
    );
  }

  close(): void {
    this.stopWatching();
  }
}

/** All files as one content, so that files which are swapped together are taken together. */
async function readAll(folder: string): Promise<FileContent> {
  try {
    const names = (await readdir(folder)).filter((name) => /\.ya?ml$/.test(name)).sort();
    const contents = await Promise.all(names.map((name) => readContent(join(folder, name))));
    const bad = contents.findIndex(({ kind }) => kind !== 'text');
    if (bad < 0)
      return { kind: 'text', text: JSON.stringify(contents.map(({ text }, i) => [names[i], text])) };
    return { kind: 'unreadable', text: `${names[bad]}: ${contents[bad]!.text || 'it is gone'}` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { kind: 'unreadable', text: `the folder cannot be read: ${code ?? message}` };
  }
}

const contentOf = ({ kind, text }: FileContent): FolderContent =>
  kind === 'text'
    ? { files: new Map(JSON.parse(text) as [string, string][]), fault: null }
    : { files: null, fault: text };
