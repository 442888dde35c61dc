import { readFileSync, renameSync, writeFileSync } from 'node:fs';

/** Writes a file that only this user may read, whole or not at all. */
export function writePrivate(path: string, text: string): void {
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, text, { mode: 0o600 });
  renameSync(fresh, path);
}

export function writePrivateJson(path: string, value: unknown): void {
  writePrivate(path, `${JSON.stringify(value, undefined, 2)}\n`);
}

/** The value in the file, or undefined if there is no file or no JSON in it. */
export function readJson<T>(path: string): T | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as T;
  } catch {
    return undefined;
  }
}
