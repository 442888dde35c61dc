import {
  instances,
  servers,
  type Fault,
  type FaultStep,
  type Server,
  type Stream,
  type Toxic,
} from './faults.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Size } from './sizes.ts';

/** How often each kind comes before any comes again; the first time each comes once. */
const deck = {
  kill: 8,
  freeze: 4,
  term: 4,
  server: 5,
  cut: 3,
  latency: 3,
  bandwidth: 2,
  'half-open': 4,
  reset: 3,
};
type Kind = keyof typeof deck;

/** Calm after a step, long enough now and then for the mesh to get somewhere. */
const CALM_MS = { none: [0, 500], short: [2_000, 6_000], breather: [12_000, 20_000] } as const;
/** Longer than a session of a consumer group. */
const FROZEN_MS = [11_500, 17_000] as const;
/** Longer than a producer tries again. */
const UNREACHABLE_MS = [10_000, 14_000] as const;
/** A server takes this long to be back. */
const RESTART_MS = 9_000;

/** Steps of one to three faults until the load ends, every kind in its turn. */
export function faultPlan(random: SeededRandom, size: Size): FaultStep[] {
  const steps: FaultStep[] = [];
  let kinds: Kind[] = random.shuffled(Object.keys(deck) as Kind[]);
  let atMs = random.int(1_000, 4_000);
  while (atMs < size.loadMs - 5_000) {
    const count = Number(random.weighted({ 1: 5, 2: 3, 3: 2 }));
    if (kinds.length < count) kinds = [...kinds, ...newDeck(random)];
    const faults = differentTargets(kinds.splice(0, count), (kind) => someFault(random, kind, size));
    steps.push({ atMs, faults });
    const lasts = Math.max(...faults.map((fault) => lasting(fault)));
    atMs += lasts + calmMs(random, size);
  }
  return steps;
}

/** Kills of both instances of a service while it works on something that takes long and began then. */
export function ambushes(
  random: SeededRandom,
  service: 'policy-sync' | 'violations',
  times: number[],
): FaultStep[] {
  return times.flatMap((time) =>
    ([1, 2] as const).map((n): FaultStep => {
      const fault: Fault = { kind: 'signal', signal: 'SIGKILL', target: `${service}-${n}` };
      return { atMs: time + random.int(300, 2_500) * n, faults: [fault] };
    }),
  );
}

/**
 * Kafka does what it is asked, its answers are lost, and then it cannot be reached for longer than its clients try: they
 * cannot know what was written.
 */
export function lostAnswers(random: SeededRandom, size: Size): FaultStep[] {
  return Array.from({ length: size.lostAnswers }, (): FaultStep[] => {
    const atMs = random.int(10_000, size.loadMs - 20_000);
    const forMs = random.int(2_000, 6_000);
    const toxic: Toxic = { type: 'timeout', stream: 'downstream', attributes: { timeout: 0 } };
    return [
      { atMs, faults: [{ kind: 'toxic', target: 'kafka', forMs: forMs + 500, toxic }] },
      {
        atMs: atMs + forMs,
        faults: [{ kind: 'cut', target: 'kafka', forMs: random.int(...UNREACHABLE_MS) }],
      },
    ];
  }).flat();
}

/** Two faults of a step never hit the same process: a killed one cannot be frozen as well. */
function differentTargets(kinds: Kind[], draw: (kind: Kind) => Fault): Fault[] {
  const faults: Fault[] = [];
  const hit = (target: string) => faults.some((other) => other.target === target && isOfProcess(other));
  for (const kind of kinds) {
    let fault = draw(kind);
    while (isOfProcess(fault) && hit(fault.target)) fault = draw(kind);
    faults.push(fault);
  }
  return faults;
}

const isOfProcess = ({ kind }: Fault): boolean => kind === 'signal' || kind === 'freeze';

function calmMs(random: SeededRandom, { calms }: Size): number {
  const [least, most] = CALM_MS[random.weighted(calms)];
  return random.int(least, most);
}

const newDeck = (random: SeededRandom): Kind[] =>
  random.shuffled(Object.entries(deck).flatMap(([kind, times]) => Array<Kind>(times).fill(kind as Kind)));

function someFault(random: SeededRandom, kind: Kind, size: Size): Fault {
  switch (kind) {
    case 'kill':
      return { kind: 'signal', signal: 'SIGKILL', target: random.pick(instances) };
    case 'term':
      return { kind: 'signal', signal: 'SIGTERM', target: random.pick(instances) };
    case 'freeze':
      return {
        kind: 'freeze',
        target: random.chance(0.15) ? 'kafka' : random.pick(instances),
        forMs: random.int(...FROZEN_MS),
      };
    case 'server':
      return serverFault(random);
    case 'cut':
      return { kind: 'cut', target: someServer(random), forMs: random.int(1_000, size.longestToxicMs) };
    default: {
      const longest = kind === 'half-open' ? size.longestHalfOpenMs : size.longestToxicMs;
      const forMs = random.int(2_000, longest);
      return { kind: 'toxic', target: someServer(random), forMs, toxic: someToxic(random, kind) };
    }
  }
}

/** The registry is only restarted: unlike the other two nothing is written to it while the mesh runs. */
function serverFault(random: SeededRandom): Fault {
  const target = random.weighted({ kafka: 5, postgres: 4, registry: 1 });
  const gently = { kafka: 'SIGTERM', postgres: 'SIGINT', registry: 'SIGTERM' } as const;
  const signal = target !== 'registry' && random.chance(0.6) ? 'SIGKILL' : gently[target];
  return { kind: 'signal', signal, target };
}

const someServer = (random: SeededRandom): Server => random.weighted({ kafka: 6, postgres: 4, registry: 1 });

function someToxic(random: SeededRandom, kind: 'latency' | 'bandwidth' | 'half-open' | 'reset'): Toxic {
  const stream: Stream = random.pick(['upstream', 'downstream']);
  if (kind === 'bandwidth') return { type: 'bandwidth', stream, attributes: { rate: random.int(5, 100) } };
  if (kind === 'half-open') return { type: 'timeout', stream, attributes: { timeout: 0 } };
  if (kind === 'reset') return { type: 'reset_peer', stream, attributes: { timeout: random.int(0, 2_000) } };
  const latency = random.int(50, 1_500);
  return { type: 'latency', stream, attributes: { latency, jitter: random.int(0, latency) } };
}

function lasting(fault: Fault): number {
  if (fault.kind !== 'signal') return fault.forMs;
  return (servers as readonly string[]).includes(fault.target) ? RESTART_MS : 1_000;
}
