/** Who asks, as the vault knows them. */
export interface Caller {
  id: string;
  name: string;
  /** Beginnings of the paths that they may read, and write. */
  mayRead: string[];
  mayWrite: string[];
  ip: string;
  userAgent: string | undefined;
}

export interface Secret {
  path: string;
  version: number;
  value: string;
}

/** Secrets by path, each in versions from 1 on. All throw Nest's exceptions: 403 without a grant, 404 for what is not there. */
export abstract class Secrets {
  /** @param version the newest if left out */
  abstract read(caller: Caller, path: string, version?: number): Promise<Secret>;

  /** Adds a version. @returns its number */
  abstract write(caller: Caller, path: string, value: string): Promise<number>;

  /** Paths that begin with `prefix`, sorted. */
  abstract list(caller: Caller, prefix: string): Promise<string[]>;

  /** Removes the secret with all of its versions. */
  abstract delete(caller: Caller, path: string): Promise<void>;
}
