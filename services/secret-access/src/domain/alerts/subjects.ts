import type { AlertSubject } from '@auditmesh/events';

/** What one rule remembers of one tenant's subjects, those touched last at the end; bounded by who uses it. */
export class Subjects {
  private readonly byName = new Map<string, AlertSubject>();

  /** @param keepFor a subject without an alert is forgotten so long after it was touched, µs */
  constructor(
    readonly tenant: string,
    readonly rule: string,
    readonly fingerprint: string,
    public keepFor: number,
  ) {}

  get size(): number {
    return this.byName.size;
  }

  /** The subject, a new one if it is not known or long forgotten. It is not kept unless it is touched. */
  get(name: string, at: number): AlertSubject {
    const known = this.byName.get(name);
    if (known && !this.isForgotten(known, at)) return known;
    const { tenant, rule, fingerprint } = this;
    const fresh = {
      touched_at: at,
      touched_offset: 0,
      buckets: [],
      known_since: null,
      ips: [],
      episode: null,
    };
    return { tenant, rule, fingerprint, subject: name, ...fresh };
  }

  /** Keeps the subject, as the one touched last. */
  touch(subject: AlertSubject, offset: number, at: number): void {
    subject.touched_at = at;
    subject.touched_offset = offset;
    this.restore(subject);
  }

  /** As touch, in order of what was touched first. */
  restore(subject: AlertSubject): void {
    this.byName.delete(subject.subject);
    this.byName.set(subject.subject, subject);
  }

  delete(subject: AlertSubject): void {
    this.byName.delete(subject.subject);
  }

  /** Who has to go for another one: without an alert if there is one near, since an alert that is not followed says so. */
  oldest(): AlertSubject | undefined {
    let looked = 0;
    for (const subject of this.byName.values()) {
      if (!subject.episode) return subject;
      if (++looked === 100) break;
    }
    return this.byName.values().next().value;
  }

  /** Those without an alert that were not touched for long. */
  *forgotten(at: number): Generator<AlertSubject> {
    for (const subject of this.byName.values()) {
      if (subject.touched_at + this.keepFor >= at) return;
      if (!subject.episode) yield subject;
    }
  }

  [Symbol.iterator](): IterableIterator<AlertSubject> {
    return this.byName.values();
  }

  private isForgotten({ touched_at, episode }: AlertSubject, at: number): boolean {
    return !episode && touched_at + this.keepFor < at;
  }
}
