import type { SecretDeviceEntry, SecretState, WaitingEntry } from '@auditmesh/events';

/** What a device told of one request: one half of it at least. */
export interface Halves {
  request: SecretDeviceEntry | null;
  response: SecretDeviceEntry | null;
}

export interface WaitingLimits {
  /** How long a half waits for the other, ms of append time. */
  forMs: number;
  /** How many wait at most; beyond that the oldest are told as if they were due. */
  entries: number;
}

interface Change {
  key: string;
  value: SecretState | null;
}

const FAMILY = 'waiting/';

/** Halves of requests whose other half has not come, on one partition. */
export class WaitingEntries {
  /** By request id, in the order in which they fall due. */
  private waiting = new Map<string, WaitingEntry>();
  private isOrdered = true;
  /** Ids that the changelog has. */
  private readonly kept = new Set<string>();
  private readonly changed = new Set<string>();

  constructor(private readonly limits: WaitingLimits) {}

  restore(key: string, value: WaitingEntry | null): void {
    if (!key.startsWith(FAMILY)) return;
    const id = key.slice(FAMILY.length);
    if (value) this.waiting.set(id, value);
    else this.waiting.delete(id);
    if (value) this.kept.add(id);
    else this.kept.delete(id);
    this.isOrdered = false;
  }

  /**
   * Adds a half. One that waits already changes nothing.
   *
   * @param appended append time, µs
   * @returns both halves, when this was the second
   */
  add(entry: SecretDeviceEntry, appended: number): Halves | undefined {
    const id = entry.request_id;
    const other = this.waiting.get(id)?.entry;
    if (other?.kind === entry.kind) return undefined;
    this.changed.add(id);
    if (other) {
      this.waiting.delete(id);
      return entry.kind === 'request'
        ? { request: entry, response: other }
        : { request: other, response: entry };
    }
    this.waiting.set(id, { entry, due_at: appended + this.limits.forMs * 1_000 });
    return undefined;
  }

  /** The halves that were alone for too long, each once. @param clock the log's, µs */
  takeDue(clock: number): Halves[] {
    this.order();
    const found: Halves[] = [];
    for (const [id, { due_at, entry }] of this.waiting) {
      if (due_at > clock && this.waiting.size <= this.limits.entries) break;
      this.waiting.delete(id);
      this.changed.add(id);
      const isRequest = entry.kind === 'request';
      found.push({ request: isRequest ? entry : null, response: isRequest ? null : entry });
    }
    return found;
  }

  get size(): number {
    return this.waiting.size;
  }

  /** What has changed since it was last asked; a half that came and went in between is not worth a word. */
  takeChanges(): Change[] {
    const changes: Change[] = [];
    for (const id of this.changed) {
      const waiting = this.waiting.get(id);
      if (waiting) {
        this.kept.add(id);
        changes.push({ key: FAMILY + id, value: { producer: null, waiting, seen: null } });
      } else if (this.kept.delete(id)) changes.push({ key: FAMILY + id, value: null });
    }
    this.changed.clear();
    return changes;
  }

  /** After it was restored, the order is that of the changelog. */
  private order(): void {
    if (this.isOrdered) return;
    this.waiting = new Map([...this.waiting].toSorted(([, a], [, b]) => a.due_at - b.due_at));
    this.isOrdered = true;
  }
}
