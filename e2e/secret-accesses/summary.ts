import type { Outcome } from './suite.ts';

const SHOWN = 10;

/** The closing JSON line. */
export function resultLine(seed: number, outcome: Outcome): string {
  const { inTopic, inTable, kills, gaps, stuck, outage } = outcome;
  const took = outage.failClosed.refused.map(({ tookMs }) => tookMs).toSorted((a, b) => a - b);
  return JSON.stringify({
    seed,
    kills,
    given: inTopic.given,
    lost: Math.max(inTopic.lost.length, inTable.lost.length),
    doubled: Math.max(inTopic.doubled.length, inTable.doubled.length),
    gaps,
    stuck: stuck.length,
    spooled_given_around_outage: outage.spooled.given.size,
    spooled_refused: outage.spooled.refused.length,
    fail_closed_refused: took.length,
    fail_closed_median_ms: took[took.length >> 1] ?? null,
    fail_closed_slowest_ms: took.at(-1) ?? null,
  });
}

/** What is not as it was promised, for people; empty if all is. */
export function findingsText({ inTopic, inTable, stuck, gaps, outage }: Outcome): string {
  const some = (what: string, all: string[]) =>
    all.length ? [`${all.length} ${what}: ${all.slice(0, SHOWN).join(', ')}`] : [];
  return [
    ...some('lost in the topic', inTopic.lost),
    ...some('doubled in the topic', inTopic.doubled),
    ...some('lost in the table', inTable.lost),
    ...some('doubled in the table', inTable.doubled),
    ...some('stuck', stuck),
    ...(gaps ? [`${gaps} gaps were told, and there was none`] : []),
    ...some(
      'refused with spooled',
      outage.spooled.refused.map(({ path, code }) => `${path} ${code}`),
    ),
    ...(outage.failClosed.refused.length ? [] : ['fail-closed refused nothing while Kafka was away']),
  ].join('\n');
}
