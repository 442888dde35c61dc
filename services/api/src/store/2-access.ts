import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Tokens of callers, and events of the api itself that wait to be written to Kafka. */
export class Access1795392000002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE ops.api_tokens (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        name text NOT NULL,
        token_sha256 text NOT NULL UNIQUE,
        permissions text[] NOT NULL,
        namespaces bigint[] NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz,
        revoked_at timestamptz,
        created_by text NOT NULL
      );
      COMMENT ON TABLE ops.api_tokens IS 'Who may call the api, and for what. A token itself is not kept.';
      COMMENT ON COLUMN ops.api_tokens.namespaces IS 'Ids of the groups whose subtrees it reaches; empty for everything.';

      CREATE TABLE ops.own_events (
        cause text PRIMARY KEY,
        log text NOT NULL,
        event jsonb NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        written_at timestamptz
      );
      CREATE INDEX ON ops.own_events (created_at) WHERE written_at IS NULL;
      COMMENT ON TABLE ops.own_events IS 'Events of the api itself: each waits here until it is written to audit.events.v1.';
      COMMENT ON COLUMN ops.own_events.cause IS 'What happened within some minutes; of several with one cause the first counts.';

      GRANT SELECT, INSERT, UPDATE ON ops.api_tokens TO auditmesh_api;
      GRANT SELECT, INSERT, UPDATE, DELETE ON ops.own_events TO auditmesh_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('Operational data is not taken back.');
  }
}
