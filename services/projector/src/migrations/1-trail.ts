import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The audit trail, the directory, and the offsets up to which both were read. */
export class Trail1795219200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const role of ['auditmesh_projector', 'auditmesh_api']) {
      await runner.query(
        `DO $$ BEGIN CREATE ROLE ${role} NOLOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
      );
      await runner.query(`GRANT ${role} TO CURRENT_USER`);
    }
    const [{ schema }] = (await runner.query('SELECT current_schema() AS schema')) as [{ schema: string }];
    await runner.query(TABLES);
    await runner.query(INDEXES);
    await runner.query(ensureMonth(schema));
    await runner.query(`
      GRANT USAGE ON SCHEMA ${schema} TO auditmesh_projector, auditmesh_api;
      GRANT SELECT, INSERT ON audit_events, audit_event_contents TO auditmesh_projector;
      GRANT SELECT, INSERT, UPDATE ON kafka_offsets, log_heads TO auditmesh_projector;
      GRANT SELECT, INSERT, UPDATE, DELETE ON namespaces, projects, policy_links, compliance_management_frameworks TO auditmesh_projector;
      GRANT EXECUTE ON FUNCTION ensure_month TO auditmesh_projector;
      GRANT SELECT ON ALL TABLES IN SCHEMA ${schema} TO auditmesh_api;
    `);
  }

  async down(): Promise<void> {
    throw new Error('An audit trail is not taken back.');
  }
}

const TABLES = `
  CREATE TABLE kafka_offsets (
    consumer_group text NOT NULL,
    topic text NOT NULL,
    partition int NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (consumer_group, topic, partition)
  );
  COMMENT ON TABLE kafka_offsets IS 'Offsets of record: moved in the transaction that makes the effect durable.';

  CREATE TABLE log_heads (
    log text PRIMARY KEY,
    size bigint NOT NULL DEFAULT 0
  );
  COMMENT ON TABLE log_heads IS 'Number of events in each log, which is the position of the next one.';

  CREATE TABLE audit_events (
    id uuid NOT NULL,
    retention_class text NOT NULL DEFAULT 'standard',
    type text NOT NULL,
    category text NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor_id text,
    actor_type text NOT NULL,
    actor_name text,
    actor_email text,
    actor_ip text,
    actor_user_agent text,
    scope_type text NOT NULL,
    scope_id text,
    scope_path text,
    root_namespace_id text,
    target_type text NOT NULL,
    target_id text,
    target_name text,
    outcome text NOT NULL,
    message text NOT NULL,
    details jsonb,
    consolidation jsonb,
    cause_id text NOT NULL,
    cause_topic text,
    source text NOT NULL,
    trace_id text,
    log text NOT NULL,
    log_position bigint NOT NULL,
    PRIMARY KEY (occurred_at, id, retention_class)
  ) PARTITION BY LIST (retention_class);
  CREATE TABLE audit_events_standard PARTITION OF audit_events FOR VALUES IN ('standard') PARTITION BY RANGE (occurred_at);
  COMMENT ON TABLE audit_events IS 'The audit trail, by retention class and month.';
  COMMENT ON COLUMN audit_events.recorded_at IS 'When the event was appended to its topic.';
  COMMENT ON COLUMN audit_events.log_position IS 'Position in the log, from 0 and without gaps.';

  CREATE TABLE audit_event_contents (
    sha256 text PRIMARY KEY,
    text text NOT NULL
  );
  COMMENT ON TABLE audit_event_contents IS 'Values too long for the events that refer to them.';

  CREATE TABLE namespaces (
    key text PRIMARY KEY,
    id bigint NOT NULL UNIQUE,
    tenant text NOT NULL,
    path text NOT NULL,
    parent_id bigint,
    log_shards int NOT NULL
  );
  CREATE TABLE projects (
    key text PRIMARY KEY,
    id bigint NOT NULL UNIQUE,
    tenant text NOT NULL,
    path text NOT NULL,
    namespace_id bigint NOT NULL,
    archived boolean NOT NULL,
    personal boolean NOT NULL,
    settings jsonb NOT NULL
  );
  CREATE TABLE compliance_management_frameworks (
    key text PRIMARY KEY,
    id bigint NOT NULL UNIQUE,
    tenant text NOT NULL,
    namespace_id bigint NOT NULL,
    name text NOT NULL,
    projects jsonb NOT NULL,
    requirements jsonb NOT NULL
  );
  CREATE TABLE policy_links (
    key text PRIMARY KEY,
    tenant text NOT NULL,
    policy_project_id bigint NOT NULL,
    namespace_id bigint,
    project_id bigint
  );
`;

/** One index per filter of the API, each in the order in which pages are read; and one for words. */
const INDEXES = `
  CREATE FUNCTION audit_event_words(message text, target_name text, actor_name text, scope_path text) RETURNS tsvector
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN to_tsvector('simple', message || ' ' || coalesce(target_name, '') || ' ' || coalesce(actor_name, '') || ' ' || coalesce(scope_path, ''));

  CREATE INDEX ON audit_events (id);
  CREATE INDEX ON audit_events (type text_pattern_ops, occurred_at, id);
  CREATE INDEX ON audit_events (category, occurred_at, id);
  CREATE INDEX ON audit_events (actor_id, occurred_at, id);
  CREATE INDEX ON audit_events (lower(actor_name), occurred_at, id);
  CREATE INDEX ON audit_events (lower(actor_email), occurred_at, id);
  CREATE INDEX ON audit_events (scope_id, occurred_at, id);
  CREATE INDEX ON audit_events (scope_path text_pattern_ops, occurred_at, id);
  CREATE INDEX ON audit_events (target_id, occurred_at, id);
  CREATE INDEX ON audit_events (root_namespace_id, occurred_at, id);
  CREATE INDEX ON audit_events (log, log_position);
  CREATE INDEX ON audit_events USING gin (audit_event_words(message, target_name, actor_name, scope_path));
`;

/** Attached and not created in place, since that would lock the whole trail against reading. */
const ensureMonth = (schema: string): string => `
  CREATE FUNCTION ensure_month(month date) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = ${schema}, pg_temp AS $$
  DECLARE
    first date := date_trunc('month', month);
    after date := first + interval '1 month';
    partition text := 'audit_events_standard_' || to_char(first, 'YYYY_MM');
  BEGIN
    IF first < '1970-01-01' OR first > now() + interval '2 days' THEN
      RAISE EXCEPTION 'no month % in the trail', to_char(first, 'YYYY-MM') USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    PERFORM pg_advisory_xact_lock(hashtext('${schema}.' || partition));
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE audit_events_standard INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
    EXECUTE format('ALTER TABLE audit_events_standard ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', partition, first, after);
  END $$;
  REVOKE EXECUTE ON FUNCTION ensure_month FROM PUBLIC;
`;
