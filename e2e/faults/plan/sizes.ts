/** How much of everything a run has. */
export interface Size {
  name: 'long' | 'short';
  /** How long load and faults go on. */
  loadMs: number;
  /** Faults at least. */
  leastFaults: number;
  /** Of a cut or a toxic, and of a half-open connection. */
  longestToxicMs: number;
  longestHalfOpenMs: number;
  /** How often the calm after faults is of each length. */
  calms: Record<'none' | 'short' | 'breather', number>;
  windows: number;
  lone: number;
  direct: number;
  directoryChanges: number;
  posts: number;
  pushesPerProject: number;
  reports: number;
  mergeRequests: number;
  /** Merges in projects that the directory does not know. */
  waitingMergeRequests: number;
  /** Of projects that must keep controls of settings. */
  settings: number;
  frameworkChanges: number;
  /** Events of groups whose projects must keep controls. */
  groupEvents: number;
  /** Violations that somebody looks at. */
  reviews: number;
  poison: number;
  /** Projects below the large group. */
  largeGroup: number;
  /** Policies that are created there by one push; times the projects it is more than one transaction takes. */
  largePolicies: number;
  largePushes: number;
  /** Pushes that are waited for since the directory does not know their policy project. */
  waitingPushes: number;
  /** Times that Kafka's answers are lost and then its connections. */
  lostAnswers: number;
  /** No progress for this long after the last fault means stuck. */
  stuckAfterMs: number;
}

const MINUTE = 60_000;

export const sizes: Record<Size['name'], Size> = {
  long: {
    name: 'long',
    loadMs: 20 * MINUTE,
    leastFaults: 110,
    longestToxicMs: 12_000,
    longestHalfOpenMs: 24_000,
    calms: { none: 3, short: 5, breather: 2 },
    windows: 480,
    lone: 600,
    direct: 3_000,
    directoryChanges: 600,
    posts: 1_500,
    pushesPerProject: 30,
    reports: 1_500,
    mergeRequests: 600,
    waitingMergeRequests: 8,
    settings: 400,
    frameworkChanges: 300,
    groupEvents: 200,
    reviews: 300,
    poison: 210,
    largeGroup: 25_000,
    largePolicies: 1,
    largePushes: 2,
    waitingPushes: 6,
    lostAnswers: 8,
    stuckAfterMs: 3 * MINUTE,
  },
  short: {
    name: 'short',
    loadMs: 95_000,
    leastFaults: 11,
    longestToxicMs: 5_000,
    longestHalfOpenMs: 9_000,
    calms: { none: 1, short: 2, breather: 0 },
    windows: 60,
    lone: 60,
    direct: 300,
    directoryChanges: 60,
    posts: 120,
    pushesPerProject: 5,
    reports: 200,
    mergeRequests: 60,
    waitingMergeRequests: 2,
    settings: 40,
    frameworkChanges: 40,
    groupEvents: 20,
    reviews: 30,
    poison: 56,
    largeGroup: 4_100,
    largePolicies: 5,
    largePushes: 1,
    waitingPushes: 1,
    lostAnswers: 1,
    stuckAfterMs: 90_000,
  },
};
