import { say } from '../command/progress.ts';
import { costFigures, type Cost, type Names } from './cost.ts';
import { median, significant, summaryOf, type RatioSummary } from './statistics.ts';

/** What doing the work once came to, after the warm-up. */
export interface Turn {
  /** Records per second. */
  speed: number;
  /** Per record. */
  cost: Cost;
}

/** One who does the work that is measured. */
export interface Contestant {
  name: string;
  /** Does the work once, from nothing. */
  measure(round: number): Promise<Turn>;
}

export interface Outcome {
  /** Ours ÷ the peer's of the same round, by peer. */
  ratios: Record<string, RatioSummary>;
  /** Medians of speed and cost by contestant. */
  figures: Record<string, number>;
}

/**
 * Lets all do the same work in turns, round by round; every second round in reverse order, so that what changes slowly
 * on the machine weighs on all alike.
 *
 * @param peers with ours they are measured at least once
 */
export async function contest(
  ours: Contestant,
  peers: Contestant[],
  rounds: number,
  names: Names,
): Promise<Outcome> {
  const all = [ours, ...peers];
  const turns = new Map<string, Turn[]>(all.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const contestant of round % 2 ? all : all.toReversed()) {
      const turn = await contestant.measure(round);
      turns.get(contestant.name)!.push(turn);
      say(`Round ${round} of ${rounds}: ${contestant.name} ${Math.round(turn.speed)}/s`);
    }
  }
  const speedsOf = ({ name }: Contestant) => turns.get(name)!.map(({ speed }) => speed);
  const ratiosOf = (peer: Contestant) => {
    const theirs = speedsOf(peer);
    return speedsOf(ours).map((speed, round) => speed / theirs[round]!);
  };
  const speeds = all.map((each) => [
    `${each.name}_${names.records ?? `${names.record}s`}_per_second`,
    significant(median(speedsOf(each))),
  ]);
  const costs = [...turns].map(([name, list]) =>
    costFigures(
      name,
      list.map(({ cost }) => cost),
      names,
    ),
  );
  return {
    ratios: Object.fromEntries(peers.map((peer) => [peer.name, summaryOf(ratiosOf(peer))])),
    figures: Object.assign(Object.fromEntries(speeds), ...costs) as Record<string, number>,
  };
}
