import pg from 'pg';
import { DataSource } from 'typeorm';
import { AuditEventRow } from './audit-event.entity.js';
import { ViolationRow } from './violation.entity.js';
import { ViolationRequirementRow } from './violation-requirement.entity.js';

const TIMESTAMPTZ = 1184;
const STATEMENT_TIMEOUT_MS = 30_000;
/** Then the connection is given up: no answer comes on a half-open one. */
const ANSWER_TIMEOUT_MS = 35_000;

/** Times come as the server writes them, in UTC and with their microseconds. */
const types = {
  getTypeParser: (oid: number, format?: string) =>
    oid === TIMESTAMPTZ
      ? (text: string) => text
      : (pg.types.getTypeParser as (o: number, f?: string) => unknown)(oid, format),
};

/** The database as the api's role, which reads the trail and keeps its own operational data. */
export const apiDataSource = (url: string, schema: string): DataSource =>
  new DataSource({
    type: 'postgres',
    url,
    schema,
    entities: [AuditEventRow, ViolationRow, ViolationRequirementRow],
    poolSize: 16,
    connectTimeoutMS: 5_000,
    extra: {
      types,
      keepAlive: true,
      query_timeout: ANSWER_TIMEOUT_MS,
      options: `-c search_path=${schema} -c role=auditmesh_api -c statement_timeout=${STATEMENT_TIMEOUT_MS} -c timezone=UTC`,
    },
  });
