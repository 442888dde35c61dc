import { type Place, type Span, Versions } from './versions.js';

/** All versions of the entities of one family, by key. */
export class History<T, K extends string | number = string | number> {
  private readonly entities = new Map<K, Versions<T>>();

  add(key: K, value: T | null, from: Place): void {
    const known = this.entities.get(key);
    const versions = known ?? new Versions<T>();
    if (!known) this.entities.set(key, versions);
    versions.add(value, from);
  }

  at(key: K, micros: number): T | undefined {
    return this.entities.get(key)?.at(micros);
  }

  within(key: K, span: Span): T | undefined {
    return this.entities.get(key)?.within(span);
  }

  last(key: K): T | undefined {
    return this.entities.get(key)?.last;
  }
}

/** What was ever said to belong to something; whether it does at some time, its versions tell. */
export class GrowingIndex<T> {
  private readonly sets = new Map<number, Set<T>>();

  of(key: number): Iterable<T> {
    return this.sets.get(key) ?? [];
  }

  add(key: number, value: T): void {
    const set = this.sets.get(key);
    if (set) set.add(value);
    else this.sets.set(key, new Set([value]));
  }
}
