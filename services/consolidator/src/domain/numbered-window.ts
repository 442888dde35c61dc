import { eventId, type AuditCandidate, type AuditEvent, type Closure } from '@auditmesh/events';
import { HEADER, type CandidateHead } from './candidate.js';
import { amending, eventOfMember, type Emission } from './emission.js';
import { Ordinals } from './ordinals.js';
import type { Closed, Window, WindowLimits } from './window.js';

const SAMPLE = 10;

/** A candidate whose place among those of its key is known. */
export type NumberedCandidate = AuditCandidate & {
  consolidation_key: string;
  ordinal: number;
  expected: number;
};

/** A window whose header announces how many members there are, as counts, bits and a sample. */
export class NumberedWindow implements Window {
  readonly key: string;
  readonly expected: number;
  readonly ordinals = new Ordinals();
  /** The event that the header brought. */
  private header: AuditEvent | undefined;
  private lastTime: number;
  private readonly sample: { ordinal: number; project: number }[] = [];

  /**
   * @param first what tells about the future event what every candidate repeats
   * @param number 0 for the event, n for its n-th amendment
   * @param firstTime append time of the first candidate, ms
   * @param settled ordinals that the key's earlier events contain
   */
  constructor(
    private readonly first: NumberedCandidate,
    private readonly number: number,
    readonly firstOffset: number,
    private readonly firstTime: number,
    private readonly settled: Ordinals = new Ordinals(),
  ) {
    this.key = first.consolidation_key;
    this.expected = first.expected;
    this.lastTime = firstTime;
  }

  add({ ordinal, project_id }: CandidateHead, time: number, whole: AuditCandidate | undefined): void {
    if (this.settled.has(ordinal!) || !this.ordinals.add(ordinal!)) return;
    this.lastTime = Math.max(this.lastTime, time);
    if (ordinal === HEADER) this.header = whole!.event!;
    else this.keepSample(ordinal!, project_id!);
  }

  /** Whether header and all members are in. */
  get isDone(): boolean {
    return this.ordinals.size + this.settled.size > this.expected;
  }

  deadline({ idleMs, maxMs }: WindowLimits): number {
    return Math.min(this.lastTime + idleMs, this.firstTime + maxMs);
  }

  close(throughOffset: number, time: number): Emission {
    const { first, key, expected, number, isDone: complete } = this;
    const seen = number ? this.ordinals.union(this.settled) : this.ordinals;
    const missing = expected - (seen.size - (seen.has(HEADER) ? 1 : 0));
    const id = eventId(first.occurred_at, first.source, key);
    const event = number === 0 ? this.event(id) : this.amendment(id);
    return {
      log: first.log,
      event: {
        ...event,
        consolidation: {
          key,
          affected_projects_count: expected,
          affected_projects_sample: this.projectSample,
          affected_projects: this.header?.consolidation?.affected_projects ?? null,
          complete,
          missing,
          amends: number === 0 ? null : { id, number },
        },
      },
      closure: {
        consolidation_key: key,
        event_id: id,
        number,
        through_offset: throughOffset,
        expected,
        complete,
        unnumbered: false,
        seen: complete ? Buffer.alloc(0) : seen.toBytes(),
        closed_at: time,
      },
    };
  }

  private event(id: string): AuditEvent {
    if (this.header) return { ...this.header, id };
    const { target, type } = this.first;
    const what = `${target.type} "${target.name ?? target.id ?? ''}"`;
    const message = `${type} of ${what}; its details had not come when the event was closed`;
    return { ...eventOfMember(this.first), id, message };
  }

  private amendment(amended: string): AuditEvent {
    const { first, number, members } = this;
    const added = [members ? `${members} more affected projects` : '', this.header ? 'its details' : '']
      .filter(Boolean)
      .join(' and ');
    return {
      ...(this.header ?? eventOfMember(first)),
      ...amending,
      id: eventId(first.occurred_at, first.source, this.key, `amendment ${number}`),
      message: `Added ${added} to the ${first.type} event ${amended}`,
    };
  }

  /** Members seen, without the header. */
  private get members(): number {
    return this.ordinals.size - (this.ordinals.has(HEADER) ? 1 : 0);
  }

  /** Ids of up to ten projects, those with the lowest ordinals: of a complete window always the same. */
  private get projectSample(): string[] {
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

/** The closed windows of a key with numbered members: the ordinals that are in one of them. */
export class NumberedClosed implements Closed {
  readonly number: number;
  readonly expected: number | null;
  readonly closedAt: number;
  readonly ordinals: Ordinals;
  private readonly throughOffset: number;
  private readonly complete: boolean;

  constructor(closure: Closure) {
    this.number = closure.number;
    this.expected = closure.expected;
    this.closedAt = closure.closed_at;
    this.throughOffset = closure.through_offset;
    this.complete = closure.complete;
    this.ordinals = new Ordinals(closure.seen);
  }

  settles({ ordinal }: CandidateHead, _whole: AuditCandidate | undefined, offset: number): boolean {
    return this.complete || offset <= this.throughOffset || this.ordinals.has(ordinal!);
  }

  /** Its bitmap contains those before it. */
  with(closure: Closure): Closed {
    return new NumberedClosed(closure);
  }
}
