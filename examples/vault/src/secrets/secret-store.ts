import { ConflictException, ForbiddenException, NotFoundException } from '@nestjs/common';
import type { ClientBase, Pool } from 'pg';
import type { Sealing } from './sealing.js';
import { Secrets, type Caller, type Secret } from './secrets.js';

const UNIQUE_VIOLATION = '23505';

/** Secrets in PostgreSQL, encrypted; each call is one statement, so it works within anybody's transaction. */
export class SecretStore extends Secrets {
  constructor(
    private readonly database: Pick<Pool | ClientBase, 'query'>,
    private readonly sealing: Sealing,
  ) {
    super();
  }

  async read(caller: Caller, path: string, version?: number): Promise<Secret> {
    mustBeGranted(caller.mayRead, path);
    const { rows } = await this.database.query<{ version: number; sealed: Buffer }>(
      version === undefined ? newest : exact,
      version === undefined ? [path] : [path, version],
    );
    const [row] = rows;
    if (!row) throw new NotFoundException(`There is no secret ${path}.`);
    return { path, version: row.version, value: this.sealing.unseal(path, row.sealed) };
  }

  async write(caller: Caller, path: string, value: string): Promise<number> {
    mustBeGranted(caller.mayWrite, path);
    const sealed = this.sealing.seal(path, value);
    try {
      const { rows } = await this.database.query<{ version: number }>(add, [path, sealed]);
      return rows[0]!.version;
    } catch (error) {
      if ((error as { code?: string }).code !== UNIQUE_VIOLATION) throw error;
      throw new ConflictException(`Somebody else writes ${path}; try again.`);
    }
  }

  async list(caller: Caller, prefix: string): Promise<string[]> {
    mustBeGranted(caller.mayRead, prefix);
    const { rows } = await this.database.query<{ path: string }>(paths, [prefix]);
    return rows.map(({ path }) => path);
  }

  async delete(caller: Caller, path: string): Promise<void> {
    mustBeGranted(caller.mayWrite, path);
    const { rowCount } = await this.database.query(remove, [path]);
    if (!rowCount) throw new NotFoundException(`There is no secret ${path}.`);
  }
}

const newest = {
  name: 'newest',
  text: 'SELECT version, sealed FROM secrets WHERE path = $1 ORDER BY version DESC LIMIT 1',
};
const exact = { name: 'exact', text: 'SELECT version, sealed FROM secrets WHERE path = $1 AND version = $2' };
const add = `
  INSERT INTO secrets (path, version, sealed)
  SELECT $1, coalesce(max(version), 0) + 1, $2 FROM secrets WHERE path = $1
  RETURNING version`;
const paths = 'SELECT DISTINCT path FROM secrets WHERE starts_with(path, $1) ORDER BY path';
const remove = 'DELETE FROM secrets WHERE path = $1';

function mustBeGranted(grants: string[], path: string): void {
  if (!grants.some((prefix) => path.startsWith(prefix)))
    throw new ForbiddenException(`You have no grant for ${path}.`);
}
