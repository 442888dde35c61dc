import { hash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Permission, Principal, Subtree } from '../domain/principal.js';

/** A token as it is kept and shown. */
export interface ApiTokenRow {
  id: string;
  name: string;
  permissions: Permission[];
  /** Groups whose subtrees it reaches; without any it reaches everything. */
  namespaces: { id: string; path: string | null }[];
  created_at: string;
  expires_at: string | null;
  revoked_at: string | null;
  created_by: string;
}

/** A token to be made. */
export interface WantedToken {
  name: string;
  permissions: Permission[];
  /** Ids of groups. */
  namespaces: string[];
  /** RFC 3339. */
  expiresAt: string | null;
}

type Rows = Pick<EntityManager, 'query'>;

const digest = (token: string): string => hash('sha256', token, 'hex');

const COLUMNS = `t.id, t.name, t.permissions, t.created_at, t.expires_at, t.revoked_at, t.created_by,
  (SELECT coalesce(json_agg(json_build_object('id', i::text, 'path', n.path) ORDER BY i), '[]')
   FROM unnest(t.namespaces) i LEFT JOIN namespaces n ON n.id = i) AS namespaces`;

/** Tokens of callers. Only their SHA-256 is kept: they are random, so nobody finds one by it. */
@Injectable()
export class ApiTokens {
  constructor(private readonly source: DataSource) {}

  /** Makes a token, which is not seen again. @param rows transaction that it belongs to */
  async create(
    rows: Rows,
    { name, permissions, namespaces, expiresAt }: WantedToken,
    createdBy: string,
  ): Promise<ApiTokenRow & { token: string }> {
    const token = `amt_${randomBytes(32).toString('base64url')}`;
    const [made] = await rows.query<{ id: string }[]>(
      `INSERT INTO ops.api_tokens (name, token_sha256, permissions, namespaces, expires_at, created_by)
       VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
      [name, digest(token), permissions, namespaces, expiresAt, createdBy],
    );
    const row = await rowOf(rows, made!.id);
    return { ...row!, token };
  }

  /** All of them, the newest first, up to `limit`, before the position given. */
  list(limit: number, before?: { at: string; id: string }): Promise<ApiTokenRow[]> {
    return this.source.query<ApiTokenRow[]>(
      `SELECT ${COLUMNS} FROM ops.api_tokens t
       WHERE $2::timestamptz IS NULL OR (t.created_at, t.id) < ($2::timestamptz, $3::uuid)
       ORDER BY t.created_at DESC, t.id DESC LIMIT $1`,
      [limit, before?.at ?? null, before?.id ?? null],
    );
  }

  /** @returns the token, and whether it was revoked now and not before; undefined if there is none */
  async revoke(rows: Rows, id: string): Promise<{ row: ApiTokenRow; isNew: boolean } | undefined> {
    const [revoked] = await rows.query<[unknown[], number]>(
      'UPDATE ops.api_tokens SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL RETURNING id',
      [id],
    );
    const row = await rowOf(rows, id);
    return row && { row, isNew: revoked.length > 0 };
  }

  /** Whose token it is; undefined if it is none, has expired or was revoked. Asked anew each time, so a revocation counts at once. */
  async principal(token: string): Promise<Principal | undefined> {
    if (!token.startsWith('amt_')) return undefined;
    return this.find('t.token_sha256 = $1', digest(token));
  }

  /** The same of a principal as it is now. */
  async again({ id }: Principal): Promise<Principal | undefined> {
    return this.find('t.id = $1', id.replace(/^token\//, ''));
  }

  private async find(condition: string, value: string): Promise<Principal | undefined> {
    const [row] = await this.source.query<
      { id: string; name: string; permissions: Permission[]; limited: boolean; subtrees: Subtree[] }[]
    >(
      `SELECT t.id, t.name, t.permissions, cardinality(t.namespaces) > 0 AS limited,
         (SELECT coalesce(json_agg(json_build_object('id', n.id::text, 'tenant', n.tenant, 'path', n.path)), '[]')
          FROM namespaces n WHERE n.id = ANY (t.namespaces)) AS subtrees
       FROM ops.api_tokens t
       WHERE ${condition} AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > now())`,
      [value],
    );
    if (!row) return undefined;
    return {
      id: `token/${row.id}`,
      name: row.name,
      permissions: new Set(row.permissions),
      // A group that the directory does not know any more reaches nothing.
      namespaces: row.limited ? row.subtrees : 'all',
    };
  }
}

const rowOf = async (rows: Rows, id: string): Promise<ApiTokenRow | undefined> => {
  const [row] = await rows.query<ApiTokenRow[]>(`SELECT ${COLUMNS} FROM ops.api_tokens t WHERE t.id = $1`, [
    id,
  ]);
  return row;
};
