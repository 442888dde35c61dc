/** Why a line is not an entry. */
export type LineFaultCode =
  /** It is longer than a line may be. */
  | 'TOO_LONG'
  /** The connection or the file ended before it did. */
  | 'CUT_OFF'
  /** It is not JSON. */
  | 'NOT_JSON'
  /** It is JSON, but no entry of an audit device, or a field has the wrong type. */
  | 'NOT_AN_ENTRY';

/**
 * What is wrong with a line. The reason names fields and never quotes: a line that cannot be read may hold a secret
 * anywhere.
 */
export class LineFault {
  constructor(
    readonly code: LineFaultCode,
    readonly reason: string,
  ) {}
}
