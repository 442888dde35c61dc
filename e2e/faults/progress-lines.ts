import type { Report } from '@auditmesh/local-stack';

/** Says line by line what happens, each with the seconds since the beginning. */
export class ProgressLines {
  private readonly stream: NodeJS.WritableStream;
  private readonly beganAt = Date.now();
  private readonly begun = new Map<string, number>();

  constructor(stream: NodeJS.WritableStream) {
    this.stream = stream;
  }

  /** For what reports by itself; of what it notes the first line. */
  readonly report: Report = (event) => {
    if (event.kind === 'note') return this.note(event.text.split('\n', 1)[0]!);
    const since = this.begun.get(event.step) ?? Date.now();
    if (event.kind === 'begin') this.begun.set(event.step, Date.now());
    else
      this.note(
        `${event.kind === 'end' ? '✓' : '✗'} ${event.step} (${((Date.now() - since) / 1000).toFixed(1)} s)`,
      );
  };

  note(text: string): void {
    const seconds = ((Date.now() - this.beganAt) / 1000).toFixed(1).padStart(7);
    this.stream.write(`${seconds} ${text}\n`);
  }

  /** Runs work as a step. */
  async step<T>(step: string, work: () => Promise<T>): Promise<T> {
    this.report({ kind: 'begin', step });
    try {
      const result = await work();
      this.report({ kind: 'end', step });
      return result;
    } catch (error) {
      this.report({ kind: 'fail', step });
      throw error;
    }
  }
}
