import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Caller } from '../secrets/secrets.js';

export type User = Omit<Caller, 'ip' | 'userAgent'>;

/** A token that was withdrawn works this long. */
const KEPT_MS = 5_000;
const KEPT_USERS = 10_000;

/** Who holds which token; the vault knows tokens by their hash only. */
export class Users {
  private readonly kept = new Map<string, { user: User | undefined; until: number }>();

  constructor(private readonly database: Pool) {}

  async byToken(token: string): Promise<User | undefined> {
    const hash = createHash('sha256').update(token).digest('hex');
    const known = this.kept.get(hash);
    if (known && known.until > performance.now()) return known.user;
    const { rows } = await this.database.query<User>(byHash, [hash]);
    if (this.kept.size >= KEPT_USERS) this.kept.clear();
    this.kept.set(hash, { user: rows[0], until: performance.now() + KEPT_MS });
    return rows[0];
  }

  /** Lets the holder of the token in, with these grants and no others. */
  async put(user: User, token: string): Promise<void> {
    const hash = createHash('sha256').update(token).digest('hex');
    await this.database.query(upsert, [user.id, user.name, hash, user.mayRead, user.mayWrite]);
  }
}

const byHash = `
  SELECT id, name, may_read AS "mayRead", may_write AS "mayWrite" FROM users WHERE token_sha256 = decode($1, 'hex')`;
const upsert = `
  INSERT INTO users (id, name, token_sha256, may_read, may_write) VALUES ($1, $2, decode($3, 'hex'), $4, $5)
  ON CONFLICT (id) DO UPDATE SET (name, token_sha256, may_read, may_write)
    = (excluded.name, excluded.token_sha256, excluded.may_read, excluded.may_write)`;
