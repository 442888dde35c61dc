import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '@auditmesh/local-stack';
import { forget, record } from '../../../deploy/local/bootstrap/process-table.mjs';
import type { Toxic } from '../plan/faults.ts';

const ANSWER_WITHIN_MS = 20_000;

/** Between clients and servers: passes bytes on, or does what it is told to them. */
export class Toxiproxy {
  private readonly url: string;
  private readonly folder: string;
  private readonly child: ChildProcess;
  private toxics = 0;
  private last: Promise<unknown> = Promise.resolve();

  private constructor(url: string, folder: string, child: ChildProcess) {
    this.url = url;
    this.folder = folder;
    this.child = child;
  }

  /**
   * Starts the program and notes it among the processes of the stack in `folder`, so that it is ended with them even if
   * this process is killed. Its log is `toxiproxy.log` there.
   */
  static async start(program: string, port: number, folder: string): Promise<Toxiproxy> {
    const log = openSync(join(folder, 'logs', 'toxiproxy.log'), 'a');
    const child = spawn(program, ['-host', '127.0.0.1', '-port', String(port)], {
      detached: true,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.on('error', () => undefined); // told below, as one that does not answer
    if (child.pid) record(folder, 'toxiproxy', child.pid, { signal: 'SIGTERM', graceMs: 5_000, order: 1 });
    const toxiproxy = new Toxiproxy(`http://127.0.0.1:${port}`, folder, child);
    const ready = await until(() => toxiproxy.call('GET', '/version').then(() => true), {
      timeoutMs: 10_000,
    });
    if (!ready) throw new Error('toxiproxy does not answer.');
    return toxiproxy;
  }

  /** Lets connections to one port through to another. */
  async add(name: string, port: number, serverPort: number): Promise<void> {
    await this.call('POST', '/proxies', {
      name,
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${serverPort}`,
      enabled: true,
    });
  }

  /** Closes all connections and refuses new ones, until `join`. */
  async cut(proxy: string): Promise<void> {
    await this.call('POST', `/proxies/${proxy}`, { enabled: false });
  }

  async join(proxy: string): Promise<void> {
    await this.call('POST', `/proxies/${proxy}`, { enabled: true });
  }

  /** @returns the name by which it is removed */
  async poison(proxy: string, toxic: Toxic): Promise<string> {
    const name = `${toxic.type}-${++this.toxics}`;
    await this.call('POST', `/proxies/${proxy}/toxics`, { name, ...toxic });
    return name;
  }

  async cure(proxy: string, toxic: string): Promise<void> {
    await this.call('DELETE', `/proxies/${proxy}/toxics/${toxic}`);
  }

  /** Joins what is cut and takes all toxics away. */
  async healAll(): Promise<void> {
    await this.call('POST', '/reset');
  }

  async stop(): Promise<void> {
    const { child } = this;
    if (child.exitCode !== null || child.signalCode !== null || !child.pid) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    forget(this.folder, child.pid);
  }

  /** One call after the other: toxiproxy may lock up for good when a toxic comes or goes while its proxy is cut. */
  private call(method: string, path: string, body?: object): Promise<void> {
    const calling = this.last.then(() => this.callNow(method, path, body));
    this.last = calling.catch(() => undefined);
    return calling;
  }

  private async callNow(method: string, path: string, body?: object): Promise<void> {
    const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await fetch(this.url + path, {
      ...{ method, signal },
      headers: { 'content-type': 'application/json', 'user-agent': 'auditmesh-faults' },
      ...(body && { body: JSON.stringify(body) }),
    }).catch((cause: unknown) => {
      if (!signal.aborted) throw cause;
      throw new Error(`toxiproxy did not answer ${method} ${path} within ${ANSWER_WITHIN_MS / 1_000} s`, {
        cause,
      });
    });
    if (!response.ok)
      throw new Error(`toxiproxy answered ${response.status} to ${method} ${path}: ${await response.text()}`);
    await response.body?.cancel();
  }
}
