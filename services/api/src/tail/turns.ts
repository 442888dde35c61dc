/** Lets at most some do a thing at a time; the others wait in line. */
export class Turns {
  private taken = 0;
  private readonly line: (() => void)[] = [];

  constructor(private readonly most: number) {}

  /** Resolves to what ends the turn, which may be called once; undefined if the signal was aborted in line. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    while (this.taken >= this.most && !signal.aborted) await this.wait(signal);
    if (signal.aborted) {
      // It may have been given the turn in the same moment.
      if (this.taken < this.most) this.line.shift()?.();
      return undefined;
    }
    this.taken++;
    return () => {
      this.taken--;
      this.line.shift()?.();
    };
  }

  private async wait(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.line.push(resolve);
      signal.addEventListener('abort', () => {
        const at = this.line.indexOf(resolve);
        if (at >= 0) this.line.splice(at, 1);
        resolve();
      });
    });
  }
}
