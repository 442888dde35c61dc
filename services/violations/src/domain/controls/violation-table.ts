import { isOpen, violationStatuses, type ViolationStatus } from '@auditmesh/compliance';

/** Row of a violation, from 0. */
export type Row = number;

const NONE = -1;
/** Status of a row that stands for an event which reopened a violation. */
const RELAPSE = violationStatuses.length;
const WORDS = 4;

/**
 * Every violation that was ever told, by its id. None is forgotten, since its event may come again; so they are kept in
 * columns, at some 70 bytes each.
 */
export class ViolationTable {
  private count = 0;
  private capacity = 1_024;
  private ids = new Uint32Array(WORDS * this.capacity);
  private occurred = new Float64Array(this.capacity);
  private changed = new Float64Array(this.capacity);
  private tracks = new Int32Array(this.capacity);
  private numbers = new Int32Array(this.capacity);
  private statuses = new Uint8Array(this.capacity);
  private nexts = new Int32Array(this.capacity);
  /** Row + 1 by the hash of its id; 0 is free. */
  private slots = new Int32Array(2 * this.capacity);
  private readonly words = new Uint32Array(WORDS);

  get size(): number {
    return this.count;
  }

  /** Bytes of all columns. */
  get bytes(): number {
    const { ids, occurred, changed, tracks, numbers, statuses, nexts, slots } = this;
    return [ids, occurred, changed, tracks, numbers, statuses, nexts, slots].reduce(
      (sum, { byteLength }) => sum + byteLength,
      0,
    );
  }

  /** Whether the id is that of a violation, or of one that was not made since its event reopened another. */
  has(id: string): boolean {
    return this.read(id) && this.slots[this.slotOf()] !== 0;
  }

  /** Undefined where there is no such violation. */
  find(id: string): Row | undefined {
    if (!this.read(id)) return undefined;
    const row = this.slots[this.slotOf()]! - 1;
    return row < 0 || this.statuses[row] === RELAPSE ? undefined : row;
  }

  /**
   * @param track number of the control of the project
   * @param occurredAt µs since the epoch
   */
  add(id: string, track: number, occurredAt: number): Row {
    const row = this.newRow(id);
    this.tracks[row] = track;
    this.occurred[row] = occurredAt;
    this.changed[row] = occurredAt;
    return row;
  }

  /** Remembers the id of a violation that is not made. */
  addRelapse(id: string): void {
    this.statuses[this.newRow(id)] = RELAPSE;
  }

  idOf(row: Row): string {
    const hex = Array.from(this.ids.subarray(WORDS * row, WORDS * (row + 1)), (word) =>
      word.toString(16).padStart(8, '0'),
    ).join('');
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  trackOf(row: Row): number {
    return this.tracks[row]!;
  }

  occurredAt(row: Row): number {
    return this.occurred[row]!;
  }

  /** Time of the latest transition. */
  changedAt(row: Row): number {
    return this.changed[row]!;
  }

  number(row: Row): number {
    return this.numbers[row]!;
  }

  status(row: Row): ViolationStatus {
    return violationStatuses[this.statuses[row]!]!;
  }

  isOpen(row: Row): boolean {
    return isOpen(this.status(row));
  }

  setStatus(row: Row, status: ViolationStatus, changedAt: number): void {
    this.statuses[row] = violationStatuses.indexOf(status);
    this.changed[row] = changedAt;
  }

  setNumber(row: Row, number: number): void {
    this.numbers[row] = number;
  }

  /** Rows of all violations. */
  *rows(): Generator<Row> {
    for (let row = 0; row < this.count; row++) if (this.statuses[row] !== RELAPSE) yield row;
  }

  /** The next in a list of rows, which is whoever's; undefined at its end. */
  next(row: Row): Row | undefined {
    const next = this.nexts[row]!;
    return next === NONE ? undefined : next;
  }

  setNext(row: Row, next: Row | undefined): void {
    this.nexts[row] = next ?? NONE;
  }

  private newRow(id: string): Row {
    if (!this.read(id)) throw new Error(`${id} is no UUID.`);
    if (this.count === this.capacity) this.grow();
    const row = this.count++;
    this.ids.set(this.words, WORDS * row);
    this.nexts[row] = NONE;
    this.slots[this.slotOf()] = row + 1;
    return row;
  }

  /** Reads the id into `words`. @returns whether it is a UUID */
  private read(id: string): boolean {
    if (id.length !== 36) return false;
    const { words } = this;
    const parts = [
      parseInt(id.slice(0, 8), 16),
      parseInt(id.slice(9, 13) + id.slice(14, 18), 16),
      parseInt(id.slice(19, 23) + id.slice(24, 28), 16),
      parseInt(id.slice(28), 16),
    ];
    words.set(parts);
    return !parts.some(Number.isNaN);
  }

  /** Where the row of `words` stands, or would stand. */
  private slotOf(): number {
    const mask = this.slots.length - 1;
    const [a, b, c, d] = this.words as unknown as [number, number, number, number];
    for (let slot = (c ^ d) & mask; ; slot = (slot + 1) & mask) {
      const row = this.slots[slot]! - 1;
      if (row < 0) return slot;
      const at = WORDS * row;
      const { ids } = this;
      if (ids[at] === a && ids[at + 1] === b && ids[at + 2] === c && ids[at + 3] === d) return slot;
    }
  }

  private grow(): void {
    this.capacity = Math.ceil(1.5 * this.capacity);
    this.ids = grown(this.ids, WORDS * this.capacity);
    this.occurred = grown(this.occurred, this.capacity);
    this.changed = grown(this.changed, this.capacity);
    this.tracks = grown(this.tracks, this.capacity);
    this.numbers = grown(this.numbers, this.capacity);
    this.statuses = grown(this.statuses, this.capacity);
    this.nexts = grown(this.nexts, this.capacity);
    if (this.slots.length < 1.4 * this.capacity) this.hashAgain(2 * this.slots.length);
  }

  private hashAgain(size: number): void {
    const asked = this.words.slice();
    this.slots = new Int32Array(size);
    for (let row = 0; row < this.count; row++) {
      this.words.set(this.ids.subarray(WORDS * row, WORDS * (row + 1)));
      this.slots[this.slotOf()] = row + 1;
    }
    this.words.set(asked);
  }
}

function grown<A extends Uint32Array | Float64Array | Int32Array | Uint8Array>(column: A, length: number): A {
  const larger = new (column.constructor as new (length: number) => A)(length);
  larger.set(column as never);
  return larger;
}
