import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What the application was told, kept outside of it. */
export interface Told {
  /** Paths of the secrets that it was given. */
  given: Set<string>;
  refused: { path: string; code: string; tookMs: number }[];
}

const program = join(import.meta.dirname, 'reader.mjs');

/** An application that reads secrets with the SDK, and may be killed and started again on the same spool. */
export class Application {
  readonly told: Told = { given: new Set(), refused: [] };
  private runs = 0;
  private child: ChildProcess | undefined;
  private reading: Promise<unknown> = Promise.resolve();
  private heeding: Promise<unknown> = Promise.resolve();
  private readonly name: string;
  private readonly options: object;
  private readonly rate: number;

  constructor(name: string, options: object, rate: number) {
    this.name = name;
    this.options = options;
    this.rate = rate;
  }

  /** Starts it if it does not run. */
  start(): void {
    if (this.child) return;
    const run = `${this.name}-${++this.runs}`;
    const child = spawn(
      process.execPath,
      [program, JSON.stringify({ name: this.name, ...this.options }), run, String(this.rate)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    this.child = child;
    const lines = createInterface({ input: child.stdout! });
    lines.on('line', (line) => this.hear(line));
    this.reading = Promise.all([once(lines, 'close'), once(child, 'close')]);
    this.heeding = Promise.race([once(lines, 'line'), this.reading]);
  }

  /** Kills it where it stands, and starts it again. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    this.start();
  }

  /** Lets it end in good order, with all records shipped. @throws Error when it did not */
  async finish(): Promise<void> {
    const child = this.child;
    await this.heeding; // SIGTERM would kill a program that does not listen for it yet
    await this.end('SIGTERM');
    if (child?.exitCode !== 0)
      throw new Error(`The application ${this.name} ended with ${child?.exitCode ?? child?.signalCode}.`);
  }

  /** Ends it whatever it does. */
  async end(signal: NodeJS.Signals): Promise<void> {
    this.child?.kill(signal);
    await this.reading;
    this.child = undefined;
  }

  private hear(line: string): void {
    const [what, path, code, took] = line.split(' ');
    if (what === 'given') this.told.given.add(path!);
    // A line that a kill has cut short tells nothing.
    else if (what === 'refused' && took)
      this.told.refused.push({ path: path!, code: code!, tookMs: Number(took) });
  }
}
