import type { AuditCandidate, Closure } from '@auditmesh/events';
import type { CandidateHead } from './candidate.js';
import type { Emission } from './emission.js';

export interface WindowLimits {
  /** A window closes this long after its latest candidate, ms of stream time. */
  idleMs: number;
  /** And at most this long after its first. */
  maxMs: number;
}

/** The candidates of one key between its opening and its closing. */
export interface Window {
  readonly key: string;
  /** Members announced; null where nobody knows. */
  readonly expected: number | null;
  readonly firstOffset: number;
  /**
   * Takes a candidate; one that is in already changes nothing.
   *
   * @param time append time, ms
   * @param whole where it is needed
   */
  add(head: CandidateHead, time: number, whole: AuditCandidate | undefined): void;
  /** Whether nothing more is waited for. */
  readonly isDone: boolean;
  /** Stream time at which it closes, ms. */
  deadline(limits: WindowLimits): number;
  /**
   * The event of the window and the closure that remembers it.
   *
   * @param throughOffset records of the key up to this offset, inclusive, are handled
   * @param time stream time, ms
   */
  close(throughOffset: number, time: number): Emission;
}

/** What is remembered of the windows of one key after they closed. */
export interface Closed {
  /** Of the last of them: 0 for the event, n for its n-th amendment. */
  readonly number: number;
  readonly expected: number | null;
  /** ms */
  readonly closedAt: number;
  /** Whether the candidate is handled already, so that it changes nothing. */
  settles(head: CandidateHead, whole: AuditCandidate | undefined, offset: number): boolean;
  /** Takes the closure of a later window of the key. */
  with(closure: Closure): Closed;
}
