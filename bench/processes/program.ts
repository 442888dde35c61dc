import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { onCores, type Cores } from '../machine/cores.ts';

export interface ProgramOptions {
  /** What messages call it. */
  name: string;
  command: string;
  args: string[];
  /** Beside PATH, HOME and the like: nothing else of this process's environment is handed on. */
  env?: Record<string, string>;
  cwd?: string;
  /** Takes what it prints. */
  logFile: string;
  /** Where it may run; default: anywhere. */
  cores?: Cores | undefined;
}

const GRACE_MS = 15_000;
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** A process that a bench started. It never outlives the bench. */
export class Program {
  private readonly child: ChildProcess;
  private readonly options: ProgramOptions;
  /** Resolves to how it ended: its code or the signal. */
  readonly ended: Promise<number | string>;
  private how: number | string | undefined;

  constructor(options: ProgramOptions) {
    this.options = options;
    const { name, env, cwd, logFile, cores } = options;
    const [command, args] = onCores(cores, options.command, options.args);
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'w');
    this.child = spawn(command, args, {
      env: { ...plainEnvironment(), ...env },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    running.add(this.child);
    this.ended = new Promise((resolve) => {
      this.child.once('error', (error) => resolve(`${name} cannot be started: ${error.message}`));
      this.child.once('exit', (code, signal) => resolve(signal ?? code ?? 'unknown'));
    });
    void this.ended.then((how) => {
      this.how = how;
      running.delete(this.child);
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  get hasEnded(): boolean {
    return this.how !== undefined;
  }

  /** Resolves when it has ended by itself. @throws Error with the end of its log, unless it ended well */
  async finish(): Promise<void> {
    if ((await this.ended) !== 0) throw new Error(this.obituary);
  }

  /** Ends it in its own way, after its grace by force. */
  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    const patience = new AbortController();
    const grace = wait(GRACE_MS, undefined, { signal: patience.signal, ref: false });
    await Promise.race([this.ended, grace.catch(() => undefined)]);
    patience.abort();
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** How it ended, with the end of its log. */
  get obituary(): string {
    const { name, logFile } = this.options;
    const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-25);
    return `${name} ended with ${this.how}. From its log:\n${lines.map((line) => `    ${line}\n`).join('')}`;
  }
}

const handedOn = ['PATH', 'HOME', 'USER', 'LANG', 'TMPDIR', 'JAVA_HOME'];

function plainEnvironment(): Record<string, string> {
  return Object.fromEntries(
    handedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}
