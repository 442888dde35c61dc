import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { freePort } from './free-port.js';

const services = join(dirname(fileURLToPath(import.meta.url)), '../../../services');

/** A built service in a process of its own, as it runs in earnest. */
export class ServiceProcess {
  private constructor(
    readonly url: string,
    private readonly child: ChildProcess,
  ) {}

  /** Resolves when the service is ready to work. */
  static async start(name: string, environment: Record<string, string>): Promise<ServiceProcess> {
    const port = await freePort();
    const child = spawn(process.execPath, [join(services, name, 'dist/main.js')], {
      env: { PATH: process.env.PATH, ...environment, HTTP_HOST: '127.0.0.1', HTTP_PORT: String(port) },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const url = `http://127.0.0.1:${port}`;
    await eventually(async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}`);
      const { status } = await fetch(`${url}/health/ready`);
      if (status !== 200) throw new Error(`${name} is not ready`);
    });
    return new ServiceProcess(url, child);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await once(this.child, 'exit');
  }
}

/** Runs a built program of a service to its end. @throws Error with what it printed, if it fails */
export async function runProgram(
  service: string,
  program: string,
  environment: Record<string, string>,
): Promise<void> {
  const child = spawn(process.execPath, [join(services, service, 'dist', program)], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let printed = '';
  child.stderr.on('data', (bytes: Buffer) => (printed += bytes.toString()));
  await once(child, 'exit');
  if (child.exitCode !== 0) throw new Error(`${service}/${program} ended with ${child.exitCode}: ${printed}`);
}
