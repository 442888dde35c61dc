import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export type StartErrorCode =
  | 'bad-settings'
  | 'port-taken'
  | 'folder-in-use'
  | 'missing-program'
  | 'download-failed'
  | 'no-place-for-data'
  | 'ended-early'
  | 'not-ready'
  | 'step-failed'
  | 'stopped';

/** Why a stack or a mesh did not start; the message is a sentence for the user, with the end of a log where one helps. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    readonly code: StartErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What the user is told of any error: a sentence where we know one, else all there is. */
export function sentenceFor(error: unknown): string {
  if (error instanceof StartError) return error.message;
  const { code, path, stack } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'The disk is full: make room (the stack needs 2 GB) and try again.';
  if (code === 'EACCES')
    return `${path} may not be written by this user: has another user started it before?`;
  return String(stack);
}

const tailBytes = 16_384;
const tailLines = 20;

/** What a program wrote to its log since a byte offset: at most the last 16 KiB; empty if there is no log. */
export function logSince(logFile: string, offset: number): string {
  let file: number;
  try {
    file = openSync(logFile, 'r');
  } catch {
    return '';
  }
  try {
    const size = fstatSync(file).size;
    const from = Math.max(offset, size - tailBytes);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    readSync(file, buffer, 0, buffer.length, from);
    return buffer.toString('utf8');
  } finally {
    closeSync(file);
  }
}

/** The sentence followed by the last lines of the log. */
export function withLog(sentence: string, logFile: string, offset: number): string {
  const lines = logSince(logFile, offset).trimEnd().split('\n').slice(-tailLines);
  return `${sentence} The last lines of ${logFile}:\n${lines.map((line) => `    ${line}`).join('\n')}`;
}
