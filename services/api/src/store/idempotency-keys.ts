import type { Written } from '@auditmesh/kafka';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** What was answered to a key before, or is about to be. */
export interface KeptAnswer {
  bodySha256: string;
  eventId: string;
  /** µs since the epoch. */
  occurredAt: number;
  /** Where the event was written; null if that is not known. */
  written: Written | null;
}

/** Remembers what a caller's idempotency key was used for, at least a week long. */
@Injectable()
export class IdempotencyKeys {
  constructor(private readonly source: DataSource) {}

  /** Keeps the answer unless the key was used before. @returns the answer of record, and whether it is from before */
  async claim(
    caller: string,
    key: string,
    answer: KeptAnswer,
  ): Promise<{ answer: KeptAnswer; repeated: boolean }> {
    const inserted: unknown[] = await this.source.query(
      `INSERT INTO ops.idempotency_keys (caller, key, body_sha256, event_id, occurred_at) VALUES ($1, $2, $3, $4, $5)
       ON CONFLICT DO NOTHING RETURNING key`,
      [caller, key, answer.bodySha256, answer.eventId, String(answer.occurredAt)],
    );
    if (inserted.length) return { answer, repeated: false };
    const [row] = await this.source.query<
      { body_sha256: string; event_id: string; occurred_at: string; written: Written | null }[]
    >(
      'SELECT body_sha256, event_id, occurred_at, written FROM ops.idempotency_keys WHERE caller = $1 AND key = $2',
      [caller, key],
    );
    const kept = {
      bodySha256: row!.body_sha256,
      eventId: row!.event_id,
      occurredAt: Number(row!.occurred_at),
      written: row!.written,
    };
    return { answer: kept, repeated: true };
  }

  async written(caller: string, key: string, place: Written): Promise<void> {
    await this.source.query('UPDATE ops.idempotency_keys SET written = $3 WHERE caller = $1 AND key = $2', [
      caller,
      key,
      JSON.stringify(place),
    ]);
  }

  async forgetOld(): Promise<void> {
    await this.source.query(`DELETE FROM ops.idempotency_keys WHERE created_at < now() - interval '7 days'`);
  }
}
