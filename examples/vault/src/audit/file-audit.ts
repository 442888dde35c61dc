import { fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import { Secrets, type Caller, type Secret } from '../secrets/secrets.js';

/** Writes a line of JSON to a file and waits for the disk before each answer: the usual way, to compare with. */
export class FileAudit extends Secrets implements OnApplicationShutdown {
  private readonly file: number;

  constructor(
    private readonly secrets: Secrets,
    folder: string,
  ) {
    super();
    mkdirSync(folder, { recursive: true });
    this.file = openSync(join(folder, 'audit.jsonl'), 'a', 0o600);
  }

  read(caller: Caller, path: string, version?: number): Promise<Secret> {
    return this.audited('read', caller, path, () => this.secrets.read(caller, path, version));
  }

  write(caller: Caller, path: string, value: string): Promise<number> {
    return this.audited('write', caller, path, () => this.secrets.write(caller, path, value));
  }

  list(caller: Caller, prefix: string): Promise<string[]> {
    return this.audited('list', caller, prefix, () => this.secrets.list(caller, prefix));
  }

  delete(caller: Caller, path: string): Promise<void> {
    return this.audited('delete', caller, path, () => this.secrets.delete(caller, path));
  }

  onApplicationShutdown(): void {
    fdatasyncSync(this.file);
  }

  private async audited<T>(action: string, caller: Caller, path: string, use: () => Promise<T>): Promise<T> {
    let outcome = 'failure';
    try {
      const result = await use();
      outcome = 'success';
      return result;
    } finally {
      const { id, name, ip, userAgent } = caller;
      const time = new Date().toISOString();
      const line = { time, action, outcome, secret: path, actor: { id, name, ip, userAgent } };
      writeSync(this.file, `${JSON.stringify(line)}\n`);
      fdatasyncSync(this.file);
    }
  }
}
