/** How a count grew: samples of it with their times, as somebody saw it from outside. */
export class Timeline {
  private readonly times: number[] = [];
  private readonly counts: number[] = [];

  /** Takes a sample; one that shows no growth says nothing new and is left out. @param time ms, never decreasing */
  add(time: number, count: number): void {
    if (count <= this.count) return;
    this.times.push(time);
    this.counts.push(count);
  }

  /** The newest count; 0 before the first sample. */
  get count(): number {
    return this.counts.at(-1) ?? 0;
  }

  /** When it was first seen that the count is at least this, ms. Undefined if it never was. */
  timeOf(count: number): number | undefined {
    return this.times[this.indexOf(count)];
  }

  /**
   * Growth per second from the sample that first reached `from` to the one that first reached `to`: counted is what came
   * between the two, so that neither the time of the first nor what came with it weighs in.
   *
   * @throws Error if there are not two such samples
   */
  rate(from: number, to: number): number {
    const [first, last] = [this.indexOf(from), this.indexOf(to)];
    const ms = this.times[last]! - this.times[first]!;
    if (!(ms > 0)) throw new Error(`No two samples from ${from} to ${to}: too few records for this machine.`);
    return ((this.counts[last]! - this.counts[first]!) * 1000) / ms;
  }

  /** Of the first sample with at least this count; the number of samples if there is none. */
  private indexOf(count: number): number {
    let low = 0;
    let high = this.counts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.counts[middle]! >= count) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
