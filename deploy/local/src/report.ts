/** What happens while a stack starts and runs, for whoever shows it. Steps may overlap; each begin has one end or fail. */
export type ReportEvent = { kind: 'begin' | 'end' | 'fail'; step: string } | { kind: 'note'; text: string };

export type Report = (event: ReportEvent) => void;

export const silent: Report = () => undefined;

/** Runs `work` as one reported step; its failure is reported and thrown on. */
export async function asStep<T>(report: Report, step: string, work: () => Promise<T>): Promise<T> {
  report({ kind: 'begin', step });
  try {
    const result = await work();
    report({ kind: 'end', step });
    return result;
  } catch (error) {
    report({ kind: 'fail', step });
    throw error;
  }
}
