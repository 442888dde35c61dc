/** Where a record lies, by when it was appended. */
export interface Place {
  /** When it was appended, µs since the epoch. */
  readonly micros: number;
  readonly partition: number;
  readonly offset: number;
}

interface Version<T> {
  readonly from: Place;
  /** Null where the entity does not exist. */
  readonly value: T | null;
}

/** From when, and until before when, an answer holds; µs since the epoch. */
export interface Validity {
  readonly from: number;
  readonly until: number;
}

/** The versions of one entity; each is valid from its own time until that of the next. */
export class Versions<T> {
  private readonly list: Version<T>[] = [];

  /** Takes in a version, wherever it belongs; mostly that is after the last. */
  add(value: T | null, from: Place): void {
    let index = this.list.length;
    while (index > 0 && isBefore(from, this.list[index - 1]!.from)) index--;
    this.list.splice(index, 0, { from, value });
  }

  at(micros: number): T | undefined {
    return this.list[this.indexAt(micros)]?.value ?? undefined;
  }

  /** The same, and `span` ends where another answer begins. */
  within(span: Span): T | undefined {
    const index = this.indexAt(span.at);
    const version = this.list[index];
    if (version) span.begin(version.from.micros);
    const next = this.list[index + 1];
    if (next) span.end(next.from.micros);
    return version?.value ?? undefined;
  }

  /** The newest. */
  get last(): T | undefined {
    return this.list.at(-1)?.value ?? undefined;
  }

  /** Of versions of one time the last counts. */
  private indexAt(micros: number): number {
    const last = this.list.length - 1;
    if (last < 0 || this.list[last]!.from.micros <= micros) return last;
    let low = 0;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.list[middle]!.from.micros <= micros) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

/** Shrinks around a time to where nothing changes of what was looked at. */
export class Span implements Validity {
  from = -Infinity;
  until = Infinity;

  /** @param at µs since the epoch */
  constructor(readonly at: number) {}

  begin(micros: number): void {
    if (micros > this.from) this.from = micros;
  }

  end(micros: number): void {
    if (micros < this.until) this.until = micros;
  }
}

function isBefore(one: Place, other: Place): boolean {
  if (one.micros !== other.micros) return one.micros < other.micros;
  if (one.partition !== other.partition) return one.partition < other.partition;
  return one.offset < other.offset;
}
