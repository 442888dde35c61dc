import { mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  claim,
  endLeftovers,
  forget,
  record,
  release,
  type StopRule,
} from '../../bootstrap/process-table.mjs';
import { StartError } from '../start-error.js';

/** The folder in which a stack keeps its data, logs, ports and secrets. One process at a time holds it. */
export class StackFolder {
  private constructor(readonly dir: string) {}

  /**
   * Takes the folder, creating it if need be, and first ends what a killed owner left running in it. Throws StartError
   * `folder-in-use` if a living process holds it, this one included.
   */
  static async claim(dir: string): Promise<StackFolder> {
    const owner = claim(resolve(dir));
    if (owner)
      throw new StartError('folder-in-use', `${dir} is in use by a running stack (process ${owner.pid}).`);
    const folder = new StackFolder(resolve(dir));
    await endLeftovers(folder.dir);
    return folder;
  }

  /** A path inside. */
  path(...parts: string[]): string {
    return join(this.dir, ...parts);
  }

  /** A folder inside, created if need be. */
  folder(...parts: string[]): string {
    const path = this.path(...parts);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** The log of a program; `fresh` puts that of the run before aside as `<name>.log.1`. */
  logFile(name: string, fresh = false): string {
    const path = join(this.folder('logs'), `${name}.log`);
    if (fresh && statSync(path, { throwIfNoEntry: false })) renameSync(path, `${path}.1`);
    return path;
  }

  /** Remembers a process, so that it is found and ended even if this one is killed. */
  record(name: string, pid: number, stop: StopRule): void {
    record(this.dir, name, pid, stop);
  }

  forget(pid: number): void {
    forget(this.dir, pid);
  }

  /** Gives the folder up; everything started in it must have ended. */
  release(): void {
    rmSync(this.path('run.json'), { force: true });
    release(this.dir);
  }
}
