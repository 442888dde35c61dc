/** What can be measured; the help says of each what it is. */
export const benchNames = [
  'projector',
  'consolidator',
  'end-to-end',
  'fanout',
  'rollout',
  'secret-access',
  'violations',
] as const;

export type BenchName = (typeof benchNames)[number];
