import { causeHash, type SeenUses } from '@auditmesh/events';

/** Uses of one tenant that are known again when they are repeated: so many, and for so long. */
export const MOST_SEEN = 50_000;
export const SEEN_FOR = 3_600_000_000;
/** Uses that are written together, since a chunk is written again when one is added. */
export const CHUNK = 500;

type Change = { key: string; value: SeenUses | null };

/** Ids of the uses of one tenant, the newest. */
export class SeenEvents {
  private readonly hashes = new Set<number>();
  /** In order of offset; those of one chunk have one append time. */
  private readonly chunks: SeenUses[] = [];
  /** Place of the oldest chunk; those before it are forgotten, and taken away now and then, since moving the others takes long. */
  private oldest = 0;
  private readonly changed = new Map<string, SeenUses | null>();

  constructor(private readonly tenant: string) {}

  /** In order of offset. */
  restore(chunk: SeenUses): void {
    this.chunks.push(chunk);
    for (const hash of chunk.hashes) this.hashes.add(hash);
  }

  /**
   * Remembers the use.
   *
   * @param at append time, µs
   * @returns whether it was not known
   */
  add(id: string, offset: number, at: number): boolean {
    this.forget(at);
    const hash = hashOf(id);
    if (this.hashes.has(hash)) return false;
    this.hashes.add(hash);
    const last = this.isEmpty ? undefined : this.chunks.at(-1);
    const isOpen = last?.seen_at === at && last.hashes.length < CHUNK;
    const chunk = isOpen ? last : { tenant: this.tenant, seen_at: at, first_offset: offset, hashes: [] };
    if (!isOpen) this.chunks.push(chunk);
    chunk.hashes.push(hash);
    this.changed.set(this.keyOf(chunk), chunk);
    return true;
  }

  get isEmpty(): boolean {
    return this.oldest === this.chunks.length;
  }

  /** Drops what is too old, and what is too much. */
  forget(at: number): void {
    for (let first = this.chunks[this.oldest]; first; first = this.chunks[this.oldest]) {
      const tooMuch = this.hashes.size - MOST_SEEN;
      const isOld = first.seen_at + SEEN_FOR < at;
      if (!isOld && tooMuch < first.hashes.length) break;
      this.oldest++;
      for (const hash of first.hashes) this.hashes.delete(hash);
      this.changed.set(this.keyOf(first), null);
    }
    if (this.oldest < CHUNK || this.oldest * 2 < this.chunks.length) return;
    this.chunks.splice(0, this.oldest);
    this.oldest = 0;
  }

  /** What differs since this was last asked. */
  drain(): Change[] {
    const changes = [...this.changed].map(([key, value]) => ({ key, value }));
    this.changed.clear();
    return changes;
  }

  private keyOf = ({ first_offset }: SeenUses): string => `seen/${this.tenant}/${first_offset}`;
}

/** 52 bits, which a number holds exactly. */
const hashOf = (id: string): number => Number(causeHash(id) >> 12n);
