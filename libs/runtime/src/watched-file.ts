import { readFile, stat } from 'node:fs/promises';

const MAX_BYTES = 1024 * 1024;

/** A file as found: its text, or that it is not there, or why it cannot be read. */
export interface FileContent {
  readonly kind: 'text' | 'missing' | 'unreadable';
  readonly text: string;
}

/** What is at the path now, behind symbolic links; never rejects. */
export async function readContent(path: string): Promise<FileContent> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return { kind: 'unreadable', text: 'it is not a file' };
    if (found.size > MAX_BYTES) return { kind: 'unreadable', text: `it is larger than ${MAX_BYTES} bytes` };
    return { kind: 'text', text: await readFile(path, 'utf8') };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'missing', text: '' };
    return { kind: 'unreadable', text: `it cannot be read: ${code ?? message}` };
  }
}

/**
 * Tells contents that lasted from those seen once: a file written in place is empty, or ends early, for a moment, and one
 * that is replaced by some editors is missing for a moment.
 */
export class Settled {
  private seen: FileContent;

  constructor(private current: FileContent) {
    this.seen = current;
  }

  /** @returns the content if it differs from the current one and is the same twice in a row; it then is the current one */
  observe(content: FileContent): FileContent | undefined {
    const lasted = same(content, this.seen);
    this.seen = content;
    if (!lasted || same(content, this.current)) return undefined;
    this.current = content;
    return content;
  }
}

/** Watches a file; see watchReadings. */
export const watchContent = (
  path: string,
  first: FileContent,
  pollMs: number,
  changed: (content: FileContent) => void,
): (() => void) => watchReadings(() => readContent(path), first, pollMs, changed);

/**
 * Calls back with each content that lasts two polls. The content is compared, and not watched for: a ConfigMap is a chain
 * of symbolic links that is swapped, so its inode, its folder and its time of change tell nothing reliable.
 *
 * @param read gives what is there now; never rejects
 * @param first what was there when the caller last looked
 * @returns a function that ends it
 */
export function watchReadings(
  read: () => Promise<FileContent>,
  first: FileContent,
  pollMs: number,
  changed: (content: FileContent) => void,
): () => void {
  const settled = new Settled(first);
  let reading = false;
  let ended = false;
  const poll = async () => {
    if (reading) return;
    reading = true;
    const content = settled.observe(await read());
    reading = false;
    if (content && !ended) changed(content);
  };
  const timer = setInterval(() => void poll(), pollMs).unref();
  return () => {
    ended = true;
    clearInterval(timer);
  };
}

const same = (a: FileContent, b: FileContent): boolean => a.kind === b.kind && a.text === b.text;
