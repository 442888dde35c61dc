/** A member of a group, with the partition numbers that it had before. */
export interface Member {
  id: string;
  owned: number[];
}

/**
 * Shares the partition numbers 0..count-1 among the members: each number goes to one member, whatever topics have it,
 * so that inputs which share state meet in one task. Loads differ by at most one, members keep what they had as far as
 * that allows, and every leader comes to the same result.
 */
export function assignPartitions(members: Member[], count: number): Map<string, number[]> {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const assignment = new Map(sorted.map(({ id }) => [id, [] as number[]]));
  const base = Math.floor(count / sorted.length);
  let larger = count % sorted.length;
  const taken = new Set<number>();

  const keep = (member: Member, room: number) => {
    const list = assignment.get(member.id)!;
    for (const p of member.owned.toSorted((a, b) => a - b)) {
      if (list.length >= room || p >= count || taken.has(p)) continue;
      taken.add(p);
      list.push(p);
    }
  };
  for (const member of sorted) keep(member, base);
  for (const member of sorted) {
    if (!larger) break;
    keep(member, base + 1);
    if (assignment.get(member.id)!.length > base) larger--;
  }
  const free = Array.from({ length: count }, (_, p) => p).filter((p) => !taken.has(p));
  for (const list of assignment.values()) while (list.length < base) list.push(free.shift()!);
  for (const list of assignment.values()) if (free.length && list.length === base) list.push(free.shift()!);
  return assignment;
}
