/** What a partition has from one offset up to another, which is outside. */
export interface Slice {
  partition: number;
  from: number;
  nextOffset: number;
  bytes: number;
}

/**
 * The newest slices of all partitions, in the order in which they came and each with a number; bounded in bytes. Whoever
 * follows it reads at their own pace, and is behind when what they want is gone.
 */
export class RecentSlices<S extends Slice> {
  private readonly slices: S[] = [];
  private bytes = 0;
  private firstNumber = 0;

  /** @param positions by partition, where the first slice will begin */
  constructor(
    private readonly capacityBytes: number,
    private positions: number[],
  ) {}

  /** Number of the oldest slice that is kept. */
  get first(): number {
    return this.firstNumber;
  }

  /** Number of the slice that comes next. */
  get next(): number {
    return this.firstNumber + this.slices.length;
  }

  /** By partition, where the next slice will begin. */
  get ends(): readonly number[] {
    return this.positions;
  }

  add(slice: S): void {
    this.slices.push(slice);
    this.bytes += slice.bytes;
    this.positions[slice.partition] = slice.nextOffset;
    while (this.slices.length > 1 && this.bytes > this.capacityBytes) this.drop();
  }

  /** The slice of that number; undefined if it has not come yet, or is gone. */
  get(number: number): S | undefined {
    return this.slices[number - this.firstNumber];
  }

  /** Whether, from the oldest slice on, nothing is missing for somebody who has everything before these offsets. */
  covers(offsets: readonly number[]): boolean {
    const begins = [...this.positions];
    for (const { partition, from } of this.slices.toReversed()) begins[partition] = from;
    return begins.every((begin, partition) => offsets[partition]! >= begin);
  }

  /** Begins anew elsewhere: everybody who follows is behind. */
  restart(positions: number[]): void {
    // One number is left out, for those who wait for the next.
    this.firstNumber = this.next + 1;
    this.slices.length = 0;
    this.bytes = 0;
    this.positions = positions;
  }

  private drop(): void {
    this.bytes -= this.slices.shift()!.bytes;
    this.firstNumber++;
  }
}
