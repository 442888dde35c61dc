import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The data model of ADR 005: violations with their history, statuses of requirements, and the directory over time. */
export class Compliance1795478400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statements of [FRAMEWORKS, VIOLATIONS, STATES, INDEXES, GRANTS, AGAIN])
      await runner.query(statements);
  }

  async down(): Promise<void> {
    throw new Error('Violations are not taken back.');
  }
}

const FRAMEWORKS = `
  ALTER TABLE compliance_management_frameworks
    ADD description text NOT NULL DEFAULT '',
    ADD color text NOT NULL DEFAULT '',
    ADD groups jsonb NOT NULL DEFAULT '[]',
    ADD by_default boolean NOT NULL DEFAULT false;

  CREATE TABLE compliance_controls (
    key text PRIMARY KEY,
    tenant text NOT NULL,
    namespace_id bigint NOT NULL,
    name text NOT NULL,
    definition text NOT NULL
  );
  COMMENT ON TABLE compliance_controls IS 'Controls that users wrote, as YAML.';

  CREATE TABLE compliance_requirements (
    id bigint PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    tenant text NOT NULL,
    namespace_id bigint NOT NULL,
    framework_id bigint NOT NULL,
    name text NOT NULL,
    description text NOT NULL,
    requirement_type smallint NOT NULL,
    external_url text,
    expression text NOT NULL
  );
  COMMENT ON COLUMN compliance_requirements.requirement_type IS '0 internal, 1 external: all its controls are external';
  COMMENT ON COLUMN compliance_requirements.external_url IS 'Of its first external control.';
  COMMENT ON COLUMN compliance_requirements.expression IS 'JSON text: names of the controls that must all pass.';

  CREATE TABLE compliance_requirements_controls (
    compliance_requirement_id bigint NOT NULL,
    position int NOT NULL,
    control text NOT NULL,
    control_type smallint NOT NULL,
    external_control_id bigint,
    external_control_name text,
    external_url text,
    ping_enabled boolean,
    timeout_s int,
    PRIMARY KEY (compliance_requirement_id, control)
  );
  COMMENT ON COLUMN compliance_requirements_controls.control IS 'Name of the control; external/{id} for an external one.';
  COMMENT ON COLUMN compliance_requirements_controls.control_type IS '0 internal, 1 external';

  CREATE TABLE security_policy_requirements (
    compliance_requirement_id bigint NOT NULL,
    policy_project_id bigint NOT NULL,
    policy_type text NOT NULL,
    policy_name text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    namespace_id bigint NOT NULL,
    PRIMARY KEY (compliance_requirement_id, policy_project_id, policy_type, policy_name)
  );

  CREATE TABLE directory_versions (
    partition int NOT NULL,
    kafka_offset bigint NOT NULL,
    key text NOT NULL,
    tenant text NOT NULL,
    valid_from timestamptz NOT NULL,
    entry jsonb,
    PRIMARY KEY (partition, kafka_offset)
  );
  COMMENT ON TABLE directory_versions IS 'All of directory.changes.v1: a version of an entity holds until the next of its key.';
  COMMENT ON COLUMN directory_versions.valid_from IS 'When it was appended; never before the version that precedes it in its partition.';
  COMMENT ON COLUMN directory_versions.entry IS 'DirectoryEntry without the families that are null; null when the entity was deleted.';
`;

/** Without foreign keys: what stood when a violation was detected stays, whatever becomes of the directory. */
const VIOLATIONS = `
  CREATE TABLE project_compliance_violations (
    id uuid PRIMARY KEY,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    detected_at timestamptz NOT NULL,
    tenant text NOT NULL,
    project_id bigint NOT NULL,
    project_path text NOT NULL,
    namespace_id bigint NOT NULL,
    compliance_requirement_id bigint,
    compliance_requirement_expression jsonb NOT NULL,
    audit_event_id uuid NOT NULL,
    audit_event_type text NOT NULL,
    audit_event_log text NOT NULL,
    control text NOT NULL,
    title text NOT NULL,
    severity text NOT NULL,
    status smallint NOT NULL DEFAULT 0,
    closed_at timestamptz,
    transitions int NOT NULL DEFAULT 0,
    changes int NOT NULL DEFAULT 0,
    actor_id text,
    actor_type text NOT NULL,
    actor_name text,
    actor_email text,
    actor_ip text,
    actor_user_agent text,
    UNIQUE (audit_event_id, project_id, control)
  );
  COMMENT ON COLUMN project_compliance_violations.created_at IS 'When its record was appended to compliance.violations.v1.';
  COMMENT ON COLUMN project_compliance_violations.updated_at IS 'When that of its latest change was.';
  COMMENT ON COLUMN project_compliance_violations.detected_at IS 'When the event happened that broke the control.';
  COMMENT ON COLUMN project_compliance_violations.compliance_requirement_id IS 'The first of the requirements that asked for the control; all are in project_compliance_violation_requirements.';
  COMMENT ON COLUMN project_compliance_violations.compliance_requirement_expression IS 'Snapshot: {expression, values}.';
  COMMENT ON COLUMN project_compliance_violations.status IS '0 detected, 1 in_review, 2 resolved, 3 dismissed';
  COMMENT ON COLUMN project_compliance_violations.closed_at IS 'Of a resolved or dismissed one: since when.';
  COMMENT ON COLUMN project_compliance_violations.changes IS 'Number of its latest transition, comment or link.';

  CREATE TABLE project_compliance_violation_requirements (
    violation_id uuid NOT NULL,
    compliance_requirement_id bigint NOT NULL,
    requirement_name text NOT NULL,
    framework_id bigint NOT NULL,
    framework_name text NOT NULL,
    position int NOT NULL,
    detected_at timestamptz NOT NULL,
    PRIMARY KEY (violation_id, compliance_requirement_id)
  );
  COMMENT ON TABLE project_compliance_violation_requirements IS 'Requirements that asked for the control, with the names they had.';
  COMMENT ON COLUMN project_compliance_violation_requirements.detected_at IS 'Of the violation, so that a page of a requirement is read in order.';

  CREATE TABLE project_compliance_violation_changes (
    violation_id uuid NOT NULL,
    number int NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    actor jsonb NOT NULL,
    cause_id text NOT NULL,
    cause_topic text,
    from_status smallint,
    to_status smallint,
    automatic boolean,
    reason text,
    comment text,
    url text,
    title text,
    removed boolean,
    PRIMARY KEY (violation_id, number)
  );
  COMMENT ON TABLE project_compliance_violation_changes IS 'What happened to a violation: number 0 is its detection.';
  COMMENT ON COLUMN project_compliance_violation_changes.id IS 'Id of the record.';
  COMMENT ON COLUMN project_compliance_violation_changes.kind IS 'detected | transition | comment | link';
`;

const STATES = `
  CREATE TABLE project_control_states (
    project_id bigint NOT NULL,
    control text NOT NULL,
    at timestamptz NOT NULL,
    id uuid NOT NULL,
    recorded_at timestamptz NOT NULL,
    kafka_offset bigint NOT NULL,
    tenant text NOT NULL,
    state text NOT NULL,
    reason text,
    values jsonb,
    due_at timestamptz,
    cause_id text NOT NULL,
    cause_topic text,
    PRIMARY KEY (project_id, control, at, id)
  );
  COMMENT ON TABLE project_control_states IS 'From at on, the control of the project is in this state; of several at once the one recorded last holds, by recorded_at and kafka_offset.';
  COMMENT ON COLUMN project_control_states.state IS 'pass | fail | pending | indeterminate';

  CREATE TABLE project_requirement_compliance_status (
    id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    project_id bigint NOT NULL,
    namespace_id bigint NOT NULL,
    compliance_requirement_id bigint NOT NULL,
    status smallint NOT NULL,
    since timestamptz NOT NULL,
    UNIQUE (project_id, compliance_requirement_id)
  );
  COMMENT ON TABLE project_requirement_compliance_status IS 'Of every requirement that is required of a project, its latest status.';
  COMMENT ON COLUMN project_requirement_compliance_status.namespace_id IS 'Namespace of the project.';
  COMMENT ON COLUMN project_requirement_compliance_status.status IS '0 pass, 1 fail, 2 pending';
  COMMENT ON COLUMN project_requirement_compliance_status.since IS 'Begin of the current run of this status.';
`;

/** One index per filter of the API, each in the order in which pages are read; and two for working out statuses. */
const INDEXES = `
  CREATE INDEX ON compliance_requirements (framework_id);
  CREATE INDEX ON compliance_requirements_controls (control);
  CREATE INDEX ON directory_versions (key, valid_from, kafka_offset);
  CREATE INDEX ON directory_versions (tenant, key text_pattern_ops, valid_from);

  CREATE INDEX ON project_compliance_violations (detected_at, id);
  CREATE INDEX ON project_compliance_violations (severity, detected_at, id);
  CREATE INDEX ON project_compliance_violations (tenant, detected_at, id);
  CREATE INDEX ON project_compliance_violations (project_path text_pattern_ops, detected_at, id);
  CREATE INDEX ON project_compliance_violations (project_id, detected_at, id);
  CREATE INDEX ON project_compliance_violations (control, detected_at, id);
  CREATE INDEX ON project_compliance_violations (actor_id, detected_at, id);
  CREATE INDEX ON project_compliance_violations (lower(actor_name), detected_at, id);
  CREATE INDEX ON project_compliance_violations (lower(actor_email), detected_at, id);
  CREATE INDEX ON project_compliance_violations (status, detected_at, id) WHERE status <> 0;
  CREATE INDEX ON project_compliance_violations (project_id, control, detected_at) WHERE transitions = 0;
  CREATE INDEX ON project_compliance_violations (project_id, coalesce(closed_at, 'infinity')) WHERE transitions > 0;
  CREATE INDEX ON project_compliance_violation_requirements (compliance_requirement_id, detected_at, violation_id);
  CREATE INDEX ON project_compliance_violation_requirements (framework_id, detected_at, violation_id);

  CREATE INDEX ON project_control_states (tenant, at) WHERE state = 'indeterminate';
  CREATE INDEX ON project_requirement_compliance_status (compliance_requirement_id, status);
  CREATE INDEX ON project_requirement_compliance_status (namespace_id, status);
`;

/** Nobody deletes from violations and their changes, and only what says how they stand is updated. */
const GRANTS = `
  GRANT SELECT, INSERT ON project_compliance_violations, project_compliance_violation_requirements,
    project_compliance_violation_changes, project_control_states, directory_versions TO auditmesh_projector;
  GRANT UPDATE (status, updated_at, closed_at, transitions, changes) ON project_compliance_violations TO auditmesh_projector;
  GRANT SELECT, INSERT, UPDATE, DELETE ON compliance_controls, compliance_requirements, compliance_requirements_controls,
    security_policy_requirements, project_requirement_compliance_status TO auditmesh_projector;
  GRANT SELECT ON compliance_controls, compliance_requirements, compliance_requirements_controls, security_policy_requirements,
    directory_versions, project_compliance_violations, project_compliance_violation_requirements,
    project_compliance_violation_changes, project_control_states, project_requirement_compliance_status TO auditmesh_api;
`;

/** The directory is read from its beginning, since the new tables have what it was as well as what it is. */
const AGAIN = `DELETE FROM kafka_offsets WHERE consumer_group = 'projector' AND topic = 'directory.changes.v1'`;
