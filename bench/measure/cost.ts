import { median, significant } from './statistics.ts';

/** CPU time per record, by who used it. */
export interface Cost {
  /** Of what is measured itself, µs; undefined for the server's own statements. */
  program: number | undefined;
  /** Of the database server, µs. */
  database: number;
}

/** The costs of several rounds, by contestant. */
export class Costs {
  private readonly byName = new Map<string, Cost[]>();

  add(name: string, cost: Cost): void {
    this.byName.set(name, [...(this.byName.get(name) ?? []), cost]);
  }

  /** Medians, µs per event; what the system did not tell is left out. */
  figures(): Record<string, number> {
    const entries = [...this.byName].flatMap(([name, costs]) => [
      [`${name}_cpu_us_per_event`, median(costs.flatMap(({ program }) => program ?? []))] as const,
      [`${name}_database_cpu_us_per_event`, median(costs.map(({ database }) => database))] as const,
    ]);
    return Object.fromEntries(
      entries.flatMap(([name, us]) => (Number.isNaN(us) ? [] : [[name, significant(us)]])),
    );
  }
}
