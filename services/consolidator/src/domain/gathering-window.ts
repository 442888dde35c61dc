import {
  causeHash,
  contentOf,
  eventId,
  listOfIds,
  type Actor,
  type AuditCandidate,
  type AuditEvent,
  type Closure,
  type EnforcementFailure,
  type Occurrence,
} from '@auditmesh/events';
import type { CandidateHead } from './candidate.js';
import { hashesOfBytes, hashesToBytes } from './hash-bytes.js';
import { amending, eventOfMember, type Emission } from './emission.js';
import { Lowest } from './lowest.js';
import type { Closed, Window, WindowLimits } from './window.js';

/** Members of one event; what is beyond goes into a follow-up. */
export const MAX_GATHERED = 50_000;
const SAMPLE = 10;
const SOURCE = 'auditmesh/consolidator';

/** A member of a window of which nobody knows how many there will be. */
export type GatheredCandidate = AuditCandidate & {
  consolidation_key: string;
  project_id: number;
  closes_at: number;
  occurrence: Occurrence;
  message: string;
};

/** A window that takes what comes until its time is over, as counts and samples that do not depend on the order. */
export class GatheringWindow implements Window {
  readonly key: string;
  readonly expected = null;
  private readonly hashes = new Set<bigint>();
  private readonly projects = new Set<number>();
  private readonly actors = new Set<string>();
  private readonly occurrences = new Lowest<bigint, Occurrence>(SAMPLE);
  private readonly actorSample = new Lowest<string, Actor>(SAMPLE);
  private firstAt = Infinity;
  private lastAt = -Infinity;
  private lastTime: number;

  /**
   * @param first what tells about the future event what every candidate repeats
   * @param number 0 for the event, n for its n-th follow-up
   * @param firstTime append time of the first candidate, ms
   * @param settled hashes of the members of the key's earlier events
   */
  constructor(
    private readonly first: GatheredCandidate,
    private readonly number: number,
    readonly firstOffset: number,
    private readonly firstTime: number,
    private readonly settled: ReadonlySet<bigint> = new Set(),
  ) {
    this.key = first.consolidation_key;
    this.lastTime = firstTime;
  }

  add(_head: CandidateHead, time: number, whole: AuditCandidate | undefined): void {
    const { project_id, occurrence } = whole as GatheredCandidate;
    const hash = hashOf(whole!);
    if (this.settled.has(hash) || this.hashes.has(hash)) return;
    this.hashes.add(hash);
    this.lastTime = Math.max(this.lastTime, time);
    this.projects.add(project_id);
    this.occurrences.add(hash, occurrence);
    this.firstAt = Math.min(this.firstAt, occurrence.occurred_at);
    this.lastAt = Math.max(this.lastAt, occurrence.occurred_at);
    if (!occurrence.actor) return;
    const { type, id, email, name } = occurrence.actor;
    const who = JSON.stringify([type, id ?? email ?? name]);
    this.actors.add(who);
    this.actorSample.add(`${who} ${JSON.stringify(occurrence.actor)}`, occurrence.actor);
  }

  get isDone(): boolean {
    return this.hashes.size >= MAX_GATHERED;
  }

  /** When its time is over, or later, if members come late, a while after the latest. */
  deadline({ idleMs, maxMs }: WindowLimits): number {
    return Math.max(this.first.closes_at, Math.min(this.lastTime + idleMs, this.firstTime + maxMs));
  }

  close(throughOffset: number, time: number): Emission {
    const { first, key, number } = this;
    const id = eventId(first.occurred_at, SOURCE, key);
    return {
      log: first.log,
      event: this.event(id),
      closure: {
        consolidation_key: key,
        event_id: id,
        number,
        through_offset: throughOffset,
        expected: null,
        complete: false,
        unnumbered: true,
        seen: hashesToBytes(this.hashes),
        closed_at: time,
      },
    };
  }

  private event(id: string): AuditEvent {
    const { first, number, key } = this;
    const projects = [...this.projects].sort((a, b) => a - b);
    const list = listOfIds(projects);
    const content = list === null ? null : contentOf(list);
    const event: AuditEvent = {
      ...eventOfMember(first),
      id,
      outcome: 'failure',
      message: `${first.message}, ${counted(this.hashes.size, 'time')} in ${counted(projects.length, 'project')}`,
      cause: { id: key, topic: 'audit.candidates.v1' },
      source: SOURCE,
      enforcement: this.details(),
      consolidation: {
        key,
        affected_projects_count: projects.length,
        affected_projects_sample: projects.slice(0, SAMPLE).map(String),
        affected_projects: content?.sha256 ?? null,
        complete: null,
        missing: 0,
        amends: number === 0 ? null : { id, number },
      },
      contents: content ? [content] : [],
    };
    if (number === 0) return event;
    return {
      ...event,
      ...amending,
      id: eventId(first.occurred_at, SOURCE, key, `amendment ${number}`),
      message: `${event.message}, in addition to the ${first.type} event ${id}`,
    };
  }

  private details(): EnforcementFailure {
    const { policy_type, policy_name, kind, reason } = this.first.occurrence;
    return {
      policy_type,
      policy_name,
      kind,
      reason,
      occurrences: this.hashes.size,
      actors_count: this.actors.size,
      actors_sample: this.actorSample.values,
      first_at: this.firstAt,
      last_at: this.lastAt,
      sample: this.occurrences.values,
    };
  }
}

const hashOf = ({ source, cause }: AuditCandidate): bigint => causeHash(source, cause.id);

const counted = (n: number, thing: string): string => `${n} ${thing}${n === 1 ? '' : 's'}`;

/** The closed windows of a key with gathered members: the hashes of all of them, as bytes until one is asked for. */
export class GatheringClosed implements Closed {
  readonly number: number;
  readonly expected = null;
  readonly closedAt: number;
  private readonly throughOffset: number;
  private known: Set<bigint> | undefined;

  constructor(
    closure: Closure,
    private readonly bytes: Buffer = closure.seen,
  ) {
    this.number = closure.number;
    this.closedAt = closure.closed_at;
    this.throughOffset = closure.through_offset;
  }

  get hashes(): ReadonlySet<bigint> {
    return (this.known ??= new Set(hashesOfBytes(this.bytes)));
  }

  settles(_head: CandidateHead, whole: AuditCandidate | undefined, offset: number): boolean {
    return offset <= this.throughOffset || this.hashes.has(hashOf(whole!));
  }

  with(closure: Closure): Closed {
    return new GatheringClosed(closure, Buffer.concat([this.bytes, closure.seen]));
  }
}
