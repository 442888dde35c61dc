import type { AuditCandidate, Closure } from '@auditmesh/events';
import { carriesEvent, faultOf, isGathered, type CandidateHead } from './candidate.js';
import type { Emission } from './emission.js';
import { GatheringClosed, GatheringWindow, type GatheredCandidate } from './gathering-window.js';
import { NumberedClosed, NumberedWindow, type NumberedCandidate } from './numbered-window.js';
import type { Closed, Window, WindowLimits } from './window.js';

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

  /** Takes a closure that was written before; those of a key in their order. */
  restore(closure: Closure): void {
    const key = closure.consolidation_key;
    const before = this.closed.get(key);
    this.closed.set(key, before ? before.with(closure) : closedBy(closure));
  }

  /** What breaks the contract, by itself or against the other candidates of its key; undefined if nothing does. */
  faultOf(head: CandidateHead): string | undefined {
    const fault = faultOf(head);
    const key = head.consolidation_key;
    if (fault || key === null) return fault;
    const other = this.open.get(key) ?? this.closed.get(key);
    if (!other || other.expected === head.expected) return undefined;
    return `It announces ${announced(head.expected)} where others of its key announced ${announced(other.expected)}.`;
  }

  /** Whether `add` needs all of the candidate: it carries more than its head, or may be the first of a window. */
  needsWhole(head: CandidateHead, time: number): boolean {
    if (carriesEvent(head) || isGathered(head)) return true;
    const window = this.open.get(head.consolidation_key!);
    return !window || window.deadline(this.limits) <= Math.max(this.streamTime, time);
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
    const due = [...this.open.values()].filter((window) => this.isDue(window));
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
    for (const [key, { closedAt }] of this.closed)
      if (closedAt < now - CLOSURES_KEPT_MS) this.closed.delete(key);
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
    if (window && this.isDue(window)) {
      emissions.push(this.close(window, this.lastOffset));
      window = undefined;
    }
    if (!window) {
      const closed = this.closed.get(key);
      if (closed?.settles(head, whole, offset)) return;
      window = opened(whole!, offset, time, closed);
      this.open.set(key, window);
    }
    window.add(head, time, whole);
    if (window.isDone) emissions.push(this.close(window, offset));
  }

  private isDue(window: Window): boolean {
    return window.deadline(this.limits) <= this.streamTime;
  }

  private close(window: Window, throughOffset: number): Emission {
    const emission = window.close(throughOffset, this.streamTime);
    this.open.delete(window.key);
    this.restore(emission.closure!);
    return emission;
  }
}

/** @param first the first candidate of the window. @param closed the windows of its key before */
function opened(first: AuditCandidate, offset: number, time: number, closed: Closed | undefined): Window {
  const number = closed ? closed.number + 1 : 0;
  if (isGathered(first)) {
    const settled = (closed as GatheringClosed | undefined)?.hashes;
    return new GatheringWindow(first as GatheredCandidate, number, offset, time, settled);
  }
  const settled = (closed as NumberedClosed | undefined)?.ordinals;
  return new NumberedWindow(first as NumberedCandidate, number, offset, time, settled);
}

const closedBy = (closure: Closure): Closed =>
  closure.unnumbered ? new GatheringClosed(closure) : new NumberedClosed(closure);

const announced = (expected: number | null): string =>
  expected === null ? 'no number of members' : `${expected} members`;
