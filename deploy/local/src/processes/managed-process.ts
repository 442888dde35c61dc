import { setTimeout as wait } from 'node:timers/promises';
import type { StackFolder } from '../folder/stack-folder.js';
import { logSince, StartError, withLog } from '../start-error.js';
import { launch, type Program, type RunningProgram } from './program.js';
import { until } from './until.js';

/** A program that runs until it is stopped. */
export interface ServerProgram extends Program {
  /** Whether it serves now; may throw for no. */
  isReady(): Promise<boolean>;
  readyTimeoutMs: number;
  /** If it ends before it is ready and its log says this, it is started again, until the time-out. */
  retryWhen?: RegExp;
}

type Death = { how: string; ranMs: number };

/** One program and its process, which may die and be started again; the pid changes, the rest does not. */
export class ManagedProcess {
  #running: RunningProgram | undefined;
  #starting: Promise<void> | undefined;
  #wanted = false;
  readonly #onChange: (() => void)[] = [];
  readonly #onDeath: ((death: Death) => void)[] = [];

  constructor(
    private readonly folder: StackFolder,
    private readonly program: ServerProgram,
  ) {}

  get name(): string {
    return this.program.name;
  }

  get title(): string {
    return this.program.title;
  }

  /** Its turn when a stack stops; the lowest goes first. */
  get stopOrder(): number {
    return this.program.stop.order;
  }

  /** The process id, or undefined while it does not run. */
  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** True from a start to a stop, whether it lives or not. */
  get wanted(): boolean {
    return this.#wanted;
  }

  /**
   * Starts it and resolves when it is ready; at once if it runs. Throws StartError if it ends or the time passes before
   * that, or the signal is aborted; then it does not run.
   */
  start(signal?: AbortSignal): Promise<void> {
    this.#wanted = true;
    this.#starting ??= this.#start(signal).finally(() => (this.#starting = undefined));
    return this.#starting;
  }

  /** Ends it in its own way, by SIGKILL after its grace. Resolves when it has gone. */
  async stop(): Promise<void> {
    this.#wanted = false;
    await this.#end();
    await this.#starting?.catch(() => undefined);
  }

  /**
   * Sends a signal, as a fault. After SIGKILL it resolves when the process has gone, else at once. With keepAlive a
   * process killed so is started again like one that died by itself.
   */
  async kill(signal: NodeJS.Signals): Promise<void> {
    const running = this.#running;
    running?.child.kill(signal);
    if (signal === 'SIGKILL') await running?.ended;
  }

  /** Stops it if it runs, and starts it on the same ports and data; resolves when it is ready. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  /** Calls the listener whenever the pid has changed: after every start and every end. */
  onChange(listener: () => void): void {
    this.#onChange.push(listener);
  }

  /** Calls the listener when the process, once ready, ends without having been stopped. */
  onDeath(listener: (death: Death) => void): void {
    this.#onDeath.push(listener);
  }

  async #start(signal?: AbortSignal): Promise<void> {
    if (this.#running) return;
    const deadline = Date.now() + this.program.readyTimeoutMs;
    for (;;) {
      if (signal?.aborted || !this.#wanted) throw new StartError('stopped', `${this.title} was stopped.`);
      const running = await this.#launch();
      const died = new AbortController();
      void running.ended.then(() => died.abort());
      const ready = await until(() => this.program.isReady(), {
        timeoutMs: deadline - Date.now(),
        signal: AbortSignal.any([died.signal, ...(signal ? [signal] : [])]),
      });
      if (ready && !died.signal.aborted) return this.#watch(running);
      if (await this.#mayRetry(running, died.signal.aborted, deadline)) continue;
      throw await this.#notReady(running, died.signal.aborted, signal);
    }
  }

  async #launch(): Promise<RunningProgram> {
    const running = await launch(this.folder, this.program);
    this.#changeTo(running);
    void running.ended.then(() => this.#changeTo(undefined));
    return running;
  }

  #changeTo(running: RunningProgram | undefined): void {
    this.#running = running;
    for (const listener of this.#onChange) listener();
  }

  #watch(running: RunningProgram): void {
    void running.ended.then((how) => {
      if (!this.#wanted) return;
      for (const listener of this.#onDeath) listener({ how, ranMs: Date.now() - running.startedAt });
    });
  }

  async #mayRetry(running: RunningProgram, died: boolean, deadline: number): Promise<boolean> {
    if (!died || !this.program.retryWhen || Date.now() >= deadline) return false;
    if (!this.program.retryWhen.test(logSince(running.logFile, running.logOffset))) return false;
    await wait(250);
    return true;
  }

  async #notReady(running: RunningProgram, died: boolean, signal?: AbortSignal): Promise<StartError> {
    const stopped = signal?.aborted || !this.#wanted;
    await this.#end();
    if (stopped) return new StartError('stopped', `${this.title} was stopped.`);
    const [code, sentence] = died
      ? (['ended-early', `${this.title} ended (${await running.ended}) before it was ready.`] as const)
      : ([
          'not-ready',
          `${this.title} was not ready after ${this.program.readyTimeoutMs / 1000} seconds.`,
        ] as const);
    return new StartError(code, withLog(sentence, running.logFile, running.logOffset));
  }

  async #end(): Promise<void> {
    const running = this.#running;
    if (!running) return;
    running.child.kill(this.program.stop.signal);
    running.child.kill('SIGCONT');
    const patience = new AbortController();
    void wait(this.program.stop.graceMs, undefined, patience).then(
      () => running.child.kill('SIGKILL'),
      () => undefined,
    );
    await running.ended;
    patience.abort();
  }
}

/** The process of that name. Throws if there is none. */
export function named(processes: readonly ManagedProcess[], name: string): ManagedProcess {
  const found = processes.find((each) => each.name === name);
  if (!found)
    throw new Error(`No process "${name}"; there are: ${processes.map((each) => each.name).join(', ')}.`);
  return found;
}
