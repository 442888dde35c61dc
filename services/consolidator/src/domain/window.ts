import type { AuditEvent } from '@auditmesh/events';
import { HEADER, type Candidate, type CandidateHead } from './candidate.js';
import { Ordinals } from './ordinals.js';

const SAMPLE = 10;

/** The candidates of one key between its opening and its closing, as counts, bits and a sample. */
export class Window {
  readonly ordinals = new Ordinals();
  /** The event that the header brought. */
  header: AuditEvent | undefined;
  lastTime: number;
  private readonly sample: { ordinal: number; project: number }[] = [];

  /**
   * @param first what tells about the future event what every candidate repeats
   * @param number 0 for the event, n for its n-th amendment
   * @param firstTime append time of the first candidate, ms
   * @param settled ordinals that the key's earlier events contain
   */
  constructor(
    readonly first: Candidate,
    readonly number: number,
    readonly firstOffset: number,
    readonly firstTime: number,
    readonly settled: Ordinals = new Ordinals(),
  ) {
    this.lastTime = firstTime;
  }

  /** @param event of the header */
  add({ ordinal, project_id }: CandidateHead, time: number, event: AuditEvent | null): void {
    if (this.settled.has(ordinal!) || !this.ordinals.add(ordinal!)) return;
    this.lastTime = Math.max(this.lastTime, time);
    if (ordinal === HEADER) this.header = event!;
    else this.keepSample(ordinal!, project_id!);
  }

  get isComplete(): boolean {
    return this.ordinals.size + this.settled.size > this.first.expected;
  }

  /** Members seen, without the header. */
  get members(): number {
    return this.ordinals.size - (this.ordinals.has(HEADER) ? 1 : 0);
  }

  /** Ids of up to ten projects, those with the lowest ordinals: of a complete window always the same. */
  get projectSample(): string[] {
    return this.sample.map(({ project }) => String(project));
  }

  private keepSample(ordinal: number, project: number): void {
    if (this.sample.length === SAMPLE && ordinal > this.sample[SAMPLE - 1]!.ordinal) return;
    let at = this.sample.length;
    while (at > 0 && this.sample[at - 1]!.ordinal > ordinal) at--;
    this.sample.splice(at, 0, { ordinal, project });
    this.sample.length = Math.min(this.sample.length, SAMPLE);
  }
}
