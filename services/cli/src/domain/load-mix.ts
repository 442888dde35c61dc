/** What a load is made of: the same seed gives the same sequence. */
export interface LoadItem {
  kind: 'policy' | 'merge' | 'activity';
  /** Policy project of a push, from 0. */
  project: number;
  /** Which of the people did it, from 0. */
  person: number;
  /** Distinct number of the item. */
  number: number;
}

export const POLICY_PROJECTS = 20;
export const PEOPLE = 12;
const POLICY_SHARE = 0.7;
const MERGE_SHARE = 0.1;

/** @param seed unsigned 32-bit number */
export function* loadMix(count: number, seed: number): Generator<LoadItem> {
  const random = mulberry32(seed);
  for (let number = 0; number < count; number++) {
    const chance = random();
    yield {
      kind: chance < POLICY_SHARE ? 'policy' : chance < POLICY_SHARE + MERGE_SHARE ? 'merge' : 'activity',
      project: Math.floor(random() * POLICY_PROJECTS),
      person: Math.floor(random() * PEOPLE),
      number,
    };
  }
}

/** A small generator of numbers in [0, 1), good enough to mix a load. */
function mulberry32(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
