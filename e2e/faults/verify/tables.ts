import pg from 'pg';

/** A row of `audit_events`; times as text with microseconds. */
export interface EventRow {
  id: string;
  occurred_at: string;
  recorded_at: string;
  details: unknown;
  consolidation: unknown;
  log: string;
  log_position: number;
  [column: string]: unknown;
}

export interface Tables {
  events: EventRow[];
  /** Size of each log. */
  heads: Map<string, number>;
  projects: { key: string; path: string; archived: boolean }[];
  violations: { id: string; project_id: number; control: string; status: number; changes: number }[];
  /** Ids of what happened to violations, and of states of controls. */
  violationChanges: string[];
  controlStates: string[];
  /** Long values by hash. */
  contents: Map<string, string>;
}

const time = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS ${column}`;
const EVENTS = `SELECT *, ${time('occurred_at')}, ${time('recorded_at')}, log_position::int AS log_position
  FROM trail.audit_events ORDER BY log, audit_events.log_position`;

/** What the projector has written. */
export async function readTables(url: string): Promise<Tables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: events } = await client.query<EventRow>(EVENTS);
    const { rows: heads } = await client.query<{ log: string; size: string }>(
      'SELECT log, size FROM trail.log_heads',
    );
    const { rows: contents } = await client.query<{ sha256: string; text: string }>(
      'SELECT sha256, text FROM trail.audit_event_contents',
    );
    const { rows: projects } = await client.query<Tables['projects'][number]>(
      'SELECT key, path, archived FROM trail.projects',
    );
    const { rows: violations } = await client.query<Tables['violations'][number]>(
      'SELECT id, project_id::int, control, status, changes FROM trail.project_compliance_violations',
    );
    const idsIn = async (table: string) =>
      (await client.query<{ id: string }>(`SELECT id FROM trail.${table}`)).rows.map(({ id }) => id);
    return {
      ...{ events, projects, violations },
      violationChanges: await idsIn('project_compliance_violation_changes'),
      controlStates: await idsIn('project_control_states'),
      heads: new Map(heads.map(({ log, size }) => [log, Number(size)])),
      contents: new Map(contents.map(({ sha256, text }) => [sha256, text])),
    };
  } finally {
    await client.end();
  }
}
