/** Exit codes: what a script can tell apart. */
export const exitCodes = {
  /** The command did what it was asked to. */
  ok: 0,
  /** It ran, and the answer is no: something is wrong with what it looked at. */
  failed: 1,
  /** It was called in a way that makes no sense. */
  usage: 2,
  /** Something it needs is not there: the mesh, a file, git. */
  unavailable: 3,
} as const;

/** Ends the command with a sentence for people that says what is wrong, where, and what to do. */
export class CliError extends Error {
  override readonly name = 'CliError';

  constructor(
    message: string,
    readonly exitCode: number = exitCodes.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
