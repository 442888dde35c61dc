import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from './failure.mjs';

/** The Node that npm installed; whatever runs this file, the stack and the services run on that one. */
export const installedNode = (root) => join(root, 'node_modules', '.bin', 'node');

/** The exit code of a program that a signal kept from doing what it was called for; it needs no explanation. */
export const interrupted = 130;

/**
 * Runs the supervisor in a session of its own, so that a Ctrl-C in the terminal does not reach its servers, and shows
 * what it reports.
 */
export class Supervisor {
  #child;
  #logFile;
  #told = false;

  constructor(root, args) {
    mkdirSync(join(root, '.auditmesh', 'logs'), { recursive: true });
    this.#logFile = join(root, '.auditmesh', 'logs', 'supervisor.log');
    const log = openSync(this.#logFile, 'w');
    this.#child = spawn(installedNode(root), [join(root, 'deploy/local/dist/supervisor.main.js'), ...args], {
      cwd: root,
      detached: true,
      stdio: ['ignore', log, log, 'ipc'],
    });
    closeSync(log);
  }

  /** Sends it a signal; the second one it gets makes it kill everything at once. */
  signal(name) {
    this.#child.kill(name);
  }

  /** Lets it live on without this process. */
  leave() {
    this.#child.disconnect();
    this.#child.unref();
  }

  /**
   * Shows its messages until it ends. Calls `onReady` when all is up. Resolves to its exit code; throws a Failure if it
   * ended without having said why.
   */
  follow(progress, onReady) {
    return new Promise((resolve, reject) => {
      this.#child.on('message', (message) => {
        if (message.kind === 'begin' || message.kind === 'end' || message.kind === 'fail') {
          progress[message.kind](message.step);
        } else {
          progress.note(message.text);
        }
        if (message.kind === 'failed' || message.kind === 'stopped') this.#told = true;
        if (message.kind === 'ready') onReady(resolve);
      });
      this.#child.on('error', (error) =>
        reject(new Failure(`The supervisor did not start: ${error.message}.`)),
      );
      this.#child.on('exit', (code, signal) => {
        if (this.#told || code === interrupted) resolve(code ?? 1);
        else reject(new Failure(`The supervisor ended with ${signal ?? `code ${code}`}.`, this.#logFile));
      });
    });
  }
}
