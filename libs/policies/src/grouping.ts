const nothing: ReadonlySet<number> = new Set();

/** Ids by the id of what holds them. */
export class Grouping {
  private readonly groups = new Map<number, Set<number>>();

  /** Ids of the group, in no particular order. */
  of(group: number): ReadonlySet<number> {
    return this.groups.get(group) ?? nothing;
  }

  add(group: number, id: number): void {
    const ids = this.groups.get(group);
    if (ids) ids.add(id);
    else this.groups.set(group, new Set([id]));
  }

  delete(group: number, id: number): void {
    const ids = this.groups.get(group);
    if (ids?.delete(id) && ids.size === 0) this.groups.delete(group);
  }
}
