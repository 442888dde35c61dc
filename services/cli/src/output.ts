import cliProgress from 'cli-progress';

/** Where a command says what it does: people read it as it goes, scripts read one JSON line at the end. */
export class Output {
  private ended = false;

  constructor(private readonly json: boolean) {}

  /** A line for people; scripts do not get it. */
  say(line: string): void {
    if (!this.json) process.stdout.write(`${line}\n`);
  }

  /** A passing word on standard error, where somebody watches. */
  note(line: string): void {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${line}`);
  }

  /** The result: with --json this line is all there is on standard output. */
  result(value: object): void {
    if (this.json) process.stdout.write(`${JSON.stringify(value)}\n`);
    this.ended = this.json;
  }

  /** What went wrong, on standard error; not after the closing JSON line, which says it already. */
  complain(line: string): void {
    if (!this.ended) process.stderr.write(`${line}\n`);
  }

  /** A bar on standard error for work of `total` steps; without a terminal a line at every tenth. */
  progress(title: string, total: number): Progress {
    return process.stderr.isTTY ? new BarProgress(title, total) : new LineProgress(title, total, this.json);
  }
}

export interface Progress {
  to(done: number): void;
  done(): void;
}

class BarProgress implements Progress {
  private readonly bar: cliProgress.SingleBar;

  constructor(title: string, total: number) {
    const format = `${title} {bar} {value}/{total} · {eta_formatted}`;
    this.bar = new cliProgress.SingleBar(
      { format, hideCursor: true, clearOnComplete: true },
      cliProgress.Presets.shades_classic,
    );
    this.bar.start(total, 0);
  }

  to(done: number): void {
    this.bar.update(done);
  }

  done(): void {
    this.bar.stop();
  }
}

class LineProgress implements Progress {
  private tenth = 0;

  constructor(
    private readonly title: string,
    private readonly total: number,
    private readonly silent: boolean,
  ) {}

  to(done: number): void {
    const tenth = Math.floor((10 * done) / Math.max(1, this.total));
    if (this.silent || tenth === this.tenth) return;
    this.tenth = tenth;
    process.stderr.write(`${this.title}: ${done} of ${this.total}\n`);
  }

  done(): void {}
}
