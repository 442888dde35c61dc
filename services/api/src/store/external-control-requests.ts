import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Ping, PingAnswer } from '../domain/external-control.js';
import { requiredControls } from './required-external-controls.js';

/** A question that this process is to try now. */
export interface ClaimedRequest {
  id: string;
  projectId: number;
  controlId: number;
  renews: boolean;
  /** When it was first tried, µs since the epoch. */
  begunAt: number;
  /** With this one, from 1. */
  attempts: number;
  /** Whether the engine knows that a verdict is awaited. */
  isTold: boolean;
}

/** The latest question to a control, for people. */
export interface LastRequest {
  id: string;
  asked_by: string;
  created_at: string;
  attempts: number;
  status: number | null;
  error: string | null;
  outcome: string | null;
}

/** One round at a time compares the directory with what was asked. */
const ROUND_LOCK = 7_210_551_302;
/** Questions of one statement, which must not take too long. */
const OPENED_AT_ONCE = 10_000;
/** Until then nobody else tries a question that somebody tries. */
const CLAIM_S = 120;
/** Questions that are looked at for some to take, the longest waiting first. */
const LOOKED_AT = 256;

/** Questions to external controls: which are to be asked, and how far each is. All instances share them. */
@Injectable()
export class ExternalControlRequests {
  constructor(private readonly source: DataSource) {}

  /**
   * Opens a question wherever one is due: the control is newly required of the project, the project's settings or the
   * control's address changed, or the last question was long ago. A control without a secret is not asked, nor one that
   * is not to be.
   *
   * @param everyS how long ago, s
   * @returns whether any was opened, and whether there may be more; neither if another process is at it
   */
  async openDue(everyS: number): Promise<{ any: boolean; more: boolean }> {
    return this.source.transaction(async (client) => {
      const [lock] = await client.query<{ got: boolean }[]>(
        `SELECT pg_try_advisory_xact_lock(${ROUND_LOCK}) AS got`,
      );
      if (!lock!.got) return { any: false, more: false };
      const [due] = await client.query<{ count: string }[]>(OPEN_DUE, [everyS]);
      const count = Number(due!.count);
      return { any: count > 0, more: count === OPENED_AT_ONCE };
    });
  }

  /** Opens a question because somebody wants one. @returns its id, or that of the one that is open */
  async open(projectId: number, controlId: number, by: string): Promise<string> {
    const [row] = await this.source.query<{ id: string }[]>(
      `INSERT INTO ops.external_control_requests (project_id, control_id, renews, asked_by) VALUES ($1, $2, false, $3)
       ON CONFLICT (project_id, control_id) WHERE closed_at IS NULL DO UPDATE SET next_at = least(external_control_requests.next_at, now())
       RETURNING id`,
      [projectId, controlId, by],
    );
    return row!.id;
  }

  /**
   * Takes questions that are to be tried now; nobody else gets them for two minutes.
   *
   * @param most how many, and how many to one control
   * @param but controls that have enough
   */
  async claim(most: number, mostOfOne: number, but: number[]): Promise<ClaimedRequest[]> {
    const values = [most, mostOfOne, but];
    const [rows] = await this.source.query<[Record<string, unknown>[], number]>(CLAIM, values);
    return rows.map((row) => ({
      id: String(row['id']),
      projectId: Number(row['project_id']),
      controlId: Number(row['control_id']),
      renews: row['renews'] === true,
      begunAt: Number(row['begun_at']),
      attempts: Number(row['attempts']),
      isTold: row['is_told'] === true,
    }));
  }

  async told(id: string): Promise<void> {
    await this.source.query('UPDATE ops.external_control_requests SET told_at = now() WHERE id = $1', [id]);
  }

  /** @param at µs since the epoch */
  async tryAgain(id: string, at: number, { status, error }: PingAnswer): Promise<void> {
    await this.source.query(
      `UPDATE ops.external_control_requests SET next_at = to_timestamp($2::numeric / 1000000), status = $3, error = $4 WHERE id = $1`,
      [id, at, status, error],
    );
  }

  async close(
    id: string,
    outcome: 'answered' | 'failed' | 'dropped',
    { status, error }: Pick<PingAnswer, 'status' | 'error'>,
  ): Promise<void> {
    await this.source.query(
      `UPDATE ops.external_control_requests SET closed_at = now(), outcome = $2, status = $3, error = $4 WHERE id = $1`,
      [id, outcome, status, error],
    );
  }

  /** By control, the latest question about the project. */
  async latest(projectId: number): Promise<Map<number, LastRequest>> {
    const rows = await this.source.query<(LastRequest & { control_id: string })[]>(
      `SELECT DISTINCT ON (control_id) control_id, id, asked_by, created_at, attempts, status, error, outcome
       FROM ops.external_control_requests WHERE project_id = $1 ORDER BY control_id, created_at DESC`,
      [projectId],
    );
    return new Map(rows.map(({ control_id, ...row }) => [Number(control_id), row]));
  }
}

const OPEN_DUE = `
  WITH ${requiredControls('true')},
  wanted AS (
    SELECT project_id, control_id, basis FROM required r
    WHERE coalesce(ping_enabled, true) AND EXISTS (
      SELECT FROM ops.external_control_secrets s
      WHERE s.control_id = r.control_id AND (s.expires_at IS NULL OR s.expires_at > now()))
  ),
  due AS (
    SELECT w.*, coalesce(round.basis = w.basis, false) AS renews
    FROM wanted w LEFT JOIN ops.external_control_rounds round USING (project_id, control_id)
    WHERE round.asked_at IS NULL OR round.basis <> w.basis OR round.asked_at < now() - make_interval(secs => $1)
    LIMIT ${OPENED_AT_ONCE}
  ),
  ended AS (
    DELETE FROM ops.external_control_rounds round WHERE NOT EXISTS (
      SELECT FROM wanted w WHERE w.project_id = round.project_id AND w.control_id = round.control_id)
  ),
  begun AS (
    INSERT INTO ops.external_control_rounds (project_id, control_id, asked_at, basis)
    SELECT project_id, control_id, now(), basis FROM due
    ON CONFLICT (project_id, control_id) DO UPDATE SET asked_at = excluded.asked_at, basis = excluded.basis
  ),
  opened AS (
    INSERT INTO ops.external_control_requests (project_id, control_id, renews, asked_by)
    SELECT project_id, control_id, renews, 'schedule' FROM due
    ON CONFLICT (project_id, control_id) WHERE closed_at IS NULL DO NOTHING
    RETURNING id
  )
  SELECT count(*) FROM due
`;

const CLAIM = `
  UPDATE ops.external_control_requests SET
    next_at = now() + interval '${CLAIM_S} seconds',
    begun_at = coalesce(begun_at, now()),
    attempts = attempts + 1
  WHERE id IN (
    SELECT id FROM ops.external_control_requests
    WHERE closed_at IS NULL AND next_at <= now() AND id IN (
      SELECT id FROM (
        SELECT id, next_at, row_number() OVER (PARTITION BY control_id ORDER BY next_at) AS place
        FROM (
          SELECT id, control_id, next_at FROM ops.external_control_requests
          WHERE closed_at IS NULL AND next_at <= now() AND control_id <> ALL ($3::bigint[])
          ORDER BY next_at LIMIT ${LOOKED_AT}
        ) first
      ) placed WHERE place <= $2 ORDER BY next_at LIMIT $1)
    FOR UPDATE SKIP LOCKED)
  RETURNING id, project_id, control_id, renews, attempts, told_at IS NOT NULL AS is_told,
    (extract(epoch FROM begun_at) * 1000000)::bigint AS begun_at
`;

/** The question as the engine and the control are told of it. */
export const pingOf = ({ id, begunAt, renews }: ClaimedRequest, timeoutS: number): Ping => ({
  id,
  begunAt,
  renews,
  dueAt: begunAt + timeoutS * 1_000_000,
});
