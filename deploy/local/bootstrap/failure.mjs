import { readFileSync } from 'node:fs';

/** Something that keeps the command from going on, said in one sentence for the user, with what a log says if given. */
export class Failure extends Error {
  constructor(sentence, logFile) {
    super(logFile ? `${sentence} From ${logFile}:\n${excerpt(logFile)}` : sentence);
  }
}

/** The text by which the user learns of any error: one sentence where we know what to say. */
export function sentenceFor(error) {
  if (error?.code === 'ENOSPC') return 'The disk is full: make room (the stack needs 2 GB) and try again.';
  if (error?.code === 'EACCES') {
    return `${error.path} may not be written by this user: has another user started it before?`;
  }
  return error instanceof Failure ? error.message : (error?.stack ?? String(error));
}

/** The first lines of a log, where npm says what is wrong, and the last ones, where most programs do. */
function excerpt(logFile) {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n');
  const telling = lines.filter((line) => !line.startsWith('npm warn'));
  const shown = telling.length <= 24 ? telling : [...telling.slice(0, 12), '…', ...telling.slice(-10)];
  return shown.map((line) => `    ${line}`).join('\n');
}
