import type { Stack } from '@auditmesh/local-stack';
import { say } from '../../command/progress.ts';
import type { Findings } from '../../command/report.ts';
import { keepOn, OTHERS, pinning } from '../../machine/cores.ts';
import { intervalOfMedian, median, significant, summaryOf } from '../../measure/statistics.ts';
import type { Extent } from '../bench.ts';
import { measureTurn, type Durations, type VaultTurn } from './turn.ts';
import { CONNECTIONS, ExampleVault, SECRETS, type Auditing } from './vault.ts';

/** How the vault is audited, by the name that the report gives it. */
const variants = {
  none: { audit: 'none', shipping: 'inside' },
  spooled: { audit: 'spooled', shipping: 'sidecar' },
  fail_closed: { audit: 'fail-closed', shipping: 'sidecar' },
  spooled_inside: { audit: 'spooled', shipping: 'inside' },
  fail_closed_inside: { audit: 'fail-closed', shipping: 'inside' },
  outbox: { audit: 'outbox', shipping: 'inside' },
  vault_way: { audit: 'file', shipping: 'inside' },
} as const satisfies Record<string, Auditing>;

type Variant = keyof typeof variants;
const names = Object.keys(variants) as Variant[];
const audited = names.filter((name) => name !== 'none');

const extents: Record<'full' | 'quick', Durations & { rounds: number }> = {
  full: { rounds: 10, warmUp: 3_000, peak: 6_000, steady: 6_000 },
  quick: { rounds: 1, warmUp: 1_000, peak: 2_000, steady: 2_000 },
};

/** What auditing costs the example vault: requests per second, CPU time and latency with each guarantee against none. */
export async function secretAccess(stack: Stack, { quick, rounds }: Extent): Promise<Findings> {
  const extent = extents[quick ? 'quick' : 'full'];
  const count = rounds ?? extent.rounds;
  say(`Filling the example vault with ${SECRETS} secrets`);
  const vault = await ExampleVault.filled(stack);
  keepOn(OTHERS, [process, ...stack.processes]);
  const turns = new Map<Variant, VaultTurn[]>(names.map((name) => [name, []]));
  for (let round = 1; round <= count; round++) {
    for (const name of round % 2 ? names : names.toReversed()) {
      const id = `${name}-${round}`;
      const isOnTopic = name !== 'none' && name !== 'vault_way';
      const turn = await measureTurn(vault, variants[name], { durations: extent, id, audited: isOnTopic });
      turns.get(name)!.push(turn);
      say(
        `Round ${round} of ${count}: ${name} ${Math.round(turn.peak)}/s, p99 ${turn.p99.toFixed(1)} ms at half of that`,
      );
    }
  }
  return { ratios: ratiosOf(turns), figures: figuresOf(turns), setting: settingOf(extent) };
}

type Turns = Map<Variant, VaultTurn[]>;

/** One number per round: the variant's beside that of no auditing in the same round. */
const compared = (turns: Turns, name: Variant, compare: (own: VaultTurn, none: VaultTurn) => number) =>
  turns.get(name)!.map((own, round) => compare(own, turns.get('none')![round]!));

const throughput = (turns: Turns, name: Variant) =>
  compared(turns, name, (own, none) => own.peak / none.peak);

const ratiosOf = (turns: Turns) =>
  Object.fromEntries(audited.map((name) => [name, summaryOf(throughput(turns, name))]));

function figuresOf(turns: Turns): Record<string, number> {
  const of = (name: Variant, value: (turn: VaultTurn) => number) => median(turns.get(name)!.map(value));
  const perVariant = names.flatMap((name): [string, number][] => [
    [`${name}_requests_per_second`, of(name, (t) => t.peak)],
    [`${name}_cpu_us_per_request`, of(name, (t) => t.cpuUs)],
    [`${name}_shipper_cpu_us_per_request`, of(name, (t) => t.shipperCpuUs)],
    [`${name}_p50_ms`, of(name, (t) => t.p50)],
    [`${name}_p99_ms`, of(name, (t) => t.p99)],
  ]);
  const againstNone = audited.flatMap((name): [string, number][] => {
    const { low, high } = intervalOfMedian(throughput(turns, name));
    return [
      [`${name}_ratio_95_low`, low],
      [`${name}_ratio_95_high`, high],
      [
        `${name}_cpu_us_added_per_request`,
        median(compared(turns, name, (own, none) => own.cpuUs - none.cpuUs)),
      ],
      [`${name}_p50_ms_added`, median(compared(turns, name, (own, none) => own.p50 - none.p50))],
      [`${name}_p99_ms_added`, median(compared(turns, name, (own, none) => own.p99 - none.p99))],
    ];
  });
  const ahead = turns.get('spooled')!.map((own, round) => own.peak / turns.get('vault_way')![round]!.peak);
  const cores: [string, number][] = [
    ['spooled_to_vault_way', median(ahead)],
    ['vault_core_busy_percent', of('none', (t) => t.vaultCore)],
    ['other_core_busy_percent', of('none', (t) => t.otherCore)],
    ['other_core_busy_percent_spooled', of('spooled', (t) => t.otherCore)],
    ['other_core_busy_percent_fail_closed', of('fail_closed', (t) => t.otherCore)],
  ];
  const all = [...perVariant, ...againstNone, ...cores].filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(all.map(([name, value]) => [name, significant(value)]));
}

const settingOf = ({ warmUp, peak, steady }: Durations) => ({
  pinned: pinning('the vault: a core of its own; Kafka, registry, PostgreSQL and who asks: another'),
  load: `reads of ${SECRETS} secrets over ${CONNECTIONS} connections, each decrypted from PostgreSQL; ${peak / 1000} s as fast as it can after ${warmUp / 1000} s of warm-up`,
  latency: `${steady / 1000} s at a steady rate, half of the peak of the same turn; from when a request was due to its answer`,
  shipping:
    'spooled and fail_closed: auditmesh-sdk-ship beside the vault, on the other core; spooled_inside and fail_closed_inside: the vault itself',
  vault_way: 'one line of JSON, write and fdatasync in the request',
  interval: '95 % interval of the median, by order statistics; with less than six rounds the extremes',
});
