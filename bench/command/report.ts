import type { RatioSummary } from '../measure/statistics.ts';

/** What a bench found. */
export interface Findings {
  /** Ours ÷ the other's, by peer or limit; more is better. */
  ratios: Record<string, RatioSummary>;
  /** By name with its unit; numbers as they were measured, which hold for this machine only. */
  figures: Record<string, number>;
  /** How it was measured: what was pinned where, settings of the peers, what was left out and why. */
  setting: Record<string, string>;
}

/** The findings with where they were found. */
export interface Report extends Findings {
  bench: string;
  machine: Record<string, string>;
}

/** One line; the setting goes with the machine, since others read exactly these four parts. */
export function jsonLine({ bench, ratios, figures, setting, machine }: Report): string {
  return JSON.stringify({ bench, ratios, figures, machine: { ...machine, ...setting } });
}

/** For people: ratios, figures, setting and machine, each a block of aligned lines. */
export function readable({ bench, ratios, figures, setting, machine }: Report): string {
  const ratioLines = Object.entries(ratios).map(([peer, { median, min, max, rounds }]): Line => [
    `ours ÷ ${peer}`,
    `${median}  (${min} to ${max} in ${rounds} ${rounds === 1 ? 'round' : 'rounds'})`,
  ]);
  const figureLines = Object.entries(figures).map(([name, value]): Line => [name, grouped(value)]);
  const blocks = [ratioLines, figureLines, Object.entries(setting), Object.entries(machine)];
  return [bench, ...blocks.filter((lines) => lines.length).map(aligned)].join('\n\n');
}

type Line = [name: string, value: string];

function aligned(lines: Line[]): string {
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`).join('\n');
}

/** Thousands apart. */
const grouped = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 4 });
