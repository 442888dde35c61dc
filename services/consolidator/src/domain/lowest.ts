/** Keeps the few values with the lowest keys, so that which ones they are does not depend on the order they come in. */
export class Lowest<K extends bigint | string, V> {
  private readonly kept: { key: K; value: V }[] = [];

  constructor(private readonly limit: number) {}

  /** A key that is there already changes nothing. */
  add(key: K, value: V): void {
    const last = this.kept.at(-1);
    if (this.kept.length === this.limit && key > last!.key) return;
    let at = this.kept.length;
    while (at > 0 && this.kept[at - 1]!.key > key) at--;
    if (this.kept[at - 1]?.key === key) return;
    this.kept.splice(at, 0, { key, value });
    this.kept.length = Math.min(this.kept.length, this.limit);
  }

  /** By ascending key. */
  get values(): V[] {
    return this.kept.map(({ value }) => value);
  }
}
