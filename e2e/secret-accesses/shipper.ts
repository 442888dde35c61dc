import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const program = join(import.meta.dirname, '../../libs/sdk/dist/ship.main.js');

/** A process that ships the spool of an application, and may be killed and started again. */
export class Shipper {
  private child: ChildProcess | undefined;
  private readonly args: string[];

  constructor(spool: string, brokers: string, schemaRegistryUrl: string) {
    this.args = [program, '--spool', spool, '--brokers', brokers, '--schema-registry', schemaRegistryUrl];
  }

  /** Starts it if it does not run. */
  start(): void {
    this.child ??= spawn(process.execPath, this.args, { stdio: 'ignore' });
  }

  /** Kills it where it stands, and starts it again. */
  async restart(): Promise<void> {
    await this.end('SIGKILL');
    this.start();
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'close');
    child.kill(signal);
    await ended;
    this.child = undefined;
  }
}
