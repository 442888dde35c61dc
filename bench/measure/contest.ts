import { say } from '../command/progress.ts';
import { median, significant, summaryOf, type RatioSummary } from './statistics.ts';

/** One who does the work that is measured. */
export interface Contestant {
  name: string;
  /** Does the work once, from nothing, and resolves to its speed: records per second after the warm-up. */
  measure(round: number): Promise<number>;
}

export interface Outcome {
  /** Ours ÷ the peer's of the same round, by peer. */
  ratios: Record<string, RatioSummary>;
  /** Median speed by contestant, records per second. */
  speeds: Record<string, number>;
}

/**
 * Lets all do the same work in turns, round by round; every second round in reverse order, so that what changes slowly
 * on the machine weighs on all alike.
 *
 * @param peers with ours they are measured at least once
 */
export async function contest(ours: Contestant, peers: Contestant[], rounds: number): Promise<Outcome> {
  const speeds = new Map<string, number[]>([ours, ...peers].map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    const turns = round % 2 ? [ours, ...peers] : [ours, ...peers].toReversed();
    for (const { name, measure } of turns) {
      const speed = await measure(round);
      speeds.get(name)!.push(speed);
      say(`Round ${round} of ${rounds}: ${name} ${Math.round(speed)}/s`);
    }
  }
  const own = speeds.get(ours.name)!;
  const ratioOf = ({ name }: Contestant) => own.map((speed, round) => speed / speeds.get(name)![round]!);
  return {
    ratios: Object.fromEntries(peers.map((peer) => [peer.name, summaryOf(ratioOf(peer))])),
    speeds: Object.fromEntries([...speeds].map(([name, list]) => [name, significant(median(list))])),
  };
}
