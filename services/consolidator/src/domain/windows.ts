import type { AuditCandidate, Closure } from '@auditmesh/events';
import { carriesEvent, faultOf, type Candidate, type CandidateHead } from './candidate.js';
import { closeWindow, type Emission } from './closing.js';
import { Ordinals } from './ordinals.js';
import { Window } from './window.js';

export interface WindowLimits {
  /** A window closes this long after its latest candidate, ms of stream time. */
  idleMs: number;
  /** And at most this long after its first. */
  maxMs: number;
}

/** How often windows are looked through for those that are due; their content is decided exactly, by their own records. */
const SWEEP_MS = 1_000;
const CLOSURES_KEPT_MS = 15 * 86_400_000;

/**
 * The open and closed windows of one partition of candidates. The input is the state: everything here follows from the
 * closures and the records after the oldest open window's first, read again in order.
 */
export class Windows {
  /** In order of first offset, since a window enters with its first candidate. */
  private readonly open = new Map<string, Window>();
  private readonly closed = new Map<string, Closed>();
  private streamTime = 0;
  private lastOffset = -1;
  private sweepAt = 0;

  constructor(private readonly limits: WindowLimits) {}

  /** Takes a closure that was written before; the last one of a key counts. */
  restore(closure: Closure): void {
    this.closed.set(closure.consolidation_key, { ...closure, ordinals: new Ordinals(closure.seen) });
  }

  /** What breaks the contract, by itself or against the other candidates of its key; undefined if nothing does. */
  faultOf(head: CandidateHead): string | undefined {
    const fault = faultOf(head);
    const key = head.consolidation_key;
    if (fault || key === null) return fault;
    const expected = this.open.get(key)?.first.expected ?? this.closed.get(key)?.expected ?? head.expected;
    if (expected === head.expected) return undefined;
    return `It announces ${head.expected} members where others of its key announced ${expected}.`;
  }

  /** Whether `add` needs all of the candidate: it carries an event, or may be the first of a window. */
  needsWhole(head: CandidateHead, time: number): boolean {
    if (carriesEvent(head)) return true;
    const window = this.open.get(head.consolidation_key!);
    return !window || this.deadline(window) <= Math.max(this.streamTime, time);
  }

  /**
   * Takes the next record of the partition.
   *
   * @param head without fault
   * @param time append time, ms
   * @param whole where it is needed
   * @param again whether it was handled before a restart and comes again as state
   */
  add(head: CandidateHead, offset: number, time: number, whole?: AuditCandidate, again = false): Emission[] {
    const emissions = this.advance(time);
    if (head.consolidation_key !== null) this.addToWindow(head, offset, time, whole, emissions);
    else if (!again) emissions.push({ log: whole!.log, event: whole!.event! });
    this.lastOffset = offset;
    return emissions;
  }

  /** Closes what is due at this time, of the stream or of the wall when the partition is idle. */
  advance(time: number): Emission[] {
    this.streamTime = Math.max(this.streamTime, time);
    if (this.streamTime < this.sweepAt) return [];
    this.sweepAt = this.streamTime + SWEEP_MS;
    const due = [...this.open.values()].filter((window) => this.deadline(window) <= this.streamTime);
    return due.map((window) => this.close(window, this.lastOffset));
  }

  /** Offset of the first record that is not yet settled; undefined if all are. */
  get firstUnsettled(): number | undefined {
    const [oldest] = this.open.values();
    return oldest?.firstOffset;
  }

  get openCount(): number {
    return this.open.size;
  }

  /** Forgets closures whose candidates have long left the topic. */
  forgetOld(now: number): void {
    for (const [key, { closed_at }] of this.closed)
      if (closed_at < now - CLOSURES_KEPT_MS) this.closed.delete(key);
  }

  private addToWindow(
    head: CandidateHead,
    offset: number,
    time: number,
    whole: AuditCandidate | undefined,
    emissions: Emission[],
  ): void {
    const key = head.consolidation_key!;
    let window = this.open.get(key);
    if (window && this.deadline(window) <= this.streamTime) {
      emissions.push(this.close(window, this.lastOffset));
      window = undefined;
    }
    if (!window) {
      const closed = this.closed.get(key);
      if (closed && isSettled(closed, head.ordinal!, offset)) return;
      window = new Window(whole as Candidate, closed ? closed.number + 1 : 0, offset, time, closed?.ordinals);
      this.open.set(key, window);
    }
    window.add(head, time, whole?.event ?? null);
    if (window.isComplete) emissions.push(this.close(window, offset));
  }

  private deadline(window: Window): number {
    return Math.min(window.lastTime + this.limits.idleMs, window.firstTime + this.limits.maxMs);
  }

  private close(window: Window, throughOffset: number): Emission {
    const emission = closeWindow(window, throughOffset, this.streamTime);
    this.open.delete(window.first.consolidation_key);
    this.restore(emission.closure!);
    return emission;
  }
}

type Closed = Closure & { ordinals: Ordinals };

/** Whether the candidate of a closed window is handled already, so that it changes nothing. */
const isSettled = (closed: Closed, ordinal: number, offset: number): boolean =>
  closed.complete || offset <= closed.through_offset || closed.ordinals.has(ordinal);
