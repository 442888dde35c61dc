import type { AuditEvent } from '@auditmesh/events';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { wordsCondition } from '../domain/conditions.js';

/** Looks for words in events that need not be projected yet; what a word is, PostgreSQL says, as in the search. */
@Injectable()
export class WordSearch {
  constructor(private readonly source: DataSource) {}

  /** Those that have the words, in their order. */
  async having<T extends { event: AuditEvent }>(words: string, all: T[]): Promise<T[]> {
    const columns = [
      all.map(({ event }) => event.message),
      all.map(({ event }) => event.target.name),
      all.map(({ event }) => event.actor.name),
      all.map(({ event }) => event.scope.path),
    ];
    const rows = await this.source.query<{ n: number }[]>(
      `SELECT e.n::int AS n
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) WITH ORDINALITY
         AS e (message, target_name, actor_name, scope_path, n)
       WHERE ${wordsCondition('$1')} ORDER BY e.n`,
      [words, ...columns],
    );
    return rows.map(({ n }) => all[n - 1]!);
  }
}
