import { detailsJson, formatMicros, type AuditEvent } from '@auditmesh/events';
import type { Evidence } from './evidence.ts';
import type { Findings } from './findings.ts';
import type { EventRow } from './tables.ts';
import type { TopicRecord } from './topic-record.ts';

/** Checks that the rows are the distinct events of the topic, each log in the order of the topic and without gaps. */
export function checkRows({ events, tables }: Evidence, findings: Findings): void {
  const first = new Map<string, TopicRecord<AuditEvent>>();
  for (const record of events)
    if (record.value && !record.poison && !first.has(record.value.id)) first.set(record.value.id, record);
  const rows = Map.groupBy(tables.events, ({ id }) => id);
  for (const [id, record] of first) {
    const found = rows.get(id) ?? [];
    const where = `row ${id} (${record.sentAs ?? record.value!.cause.id})`;
    if (!found.length)
      findings.lost(where, `There is no row for the event at ${record.partition}/${record.offset}.`);
    if (found.length > 1) findings.doubled(where, `There are ${found.length} rows.`);
    if (found[0]) findings.same(where, 'The row', columnsOf(found[0]), columnsFor(record));
    rows.delete(id);
  }
  for (const id of rows.keys()) findings.wrong(`row ${id}`, 'There is no such event in the topic.');
  checkPositions([...first.values()], tables, findings);
  checkContents([...first.values()], tables.contents, findings);
}

function checkPositions(
  inTopic: TopicRecord<AuditEvent>[],
  { events, heads }: Evidence['tables'],
  findings: Findings,
): void {
  const order = Map.groupBy(inTopic, ({ key }) => key);
  for (const [log, rows] of Map.groupBy(events, (row) => row.log)) {
    rows.forEach(({ log_position, id }, i) => {
      if (log_position !== i) findings.wrong(`log ${log}`, `Position ${i} is ${log_position}, of ${id}.`);
      const there = order.get(log)?.[i]?.value?.id;
      if (there !== id)
        findings.wrong(`log ${log}`, `Position ${i} has ${id}, and the topic has ${there} there.`);
    });
    findings.same(`log ${log}`, 'The size of its head', heads.get(log), rows.length);
  }
}

function checkContents(
  inTopic: TopicRecord<AuditEvent>[],
  kept: Map<string, string>,
  findings: Findings,
): void {
  const sent = inTopic.flatMap(({ value }) => value!.contents);
  for (const { sha256, text } of sent) {
    if (!kept.has(sha256)) findings.lost(`content ${sha256}`, 'It is not kept.');
    else findings.same(`content ${sha256}`, 'The text', kept.get(sha256), text);
  }
  const known = new Set(sent.map(({ sha256 }) => sha256));
  for (const sha256 of kept.keys())
    if (!known.has(sha256)) findings.wrong(`content ${sha256}`, 'No event refers to it.');
}

/** What a row must say, column by column; of the details of a policy only what tells one change from another. */
function columnsFor({ value, key, timestamp }: TopicRecord<AuditEvent>): Record<string, unknown> {
  const { actor, scope, target, cause, ...event } = value!;
  return {
    type: event.type,
    category: event.category,
    occurred_at: formatMicros(event.occurred_at),
    recorded_at: formatMicros(timestamp * 1000),
    actor: [actor.id, actor.type, actor.name, actor.email, actor.ip, actor.user_agent],
    scope: [scope.type, scope.id, scope.path, scope.root_namespace_id],
    target: [target.type, target.id, target.name],
    outcome: event.outcome,
    message: event.message,
    details: summary(detailsJson(value!)),
    consolidation: event.consolidation,
    cause: [cause.id, cause.topic],
    source: event.source,
    trace_id: event.trace_id,
    log: key,
  };
}

function columnsOf(row: EventRow): Record<string, unknown> {
  const columns = (...names: string[]) => names.map((name) => row[name]);
  return {
    type: row['type'],
    category: row['category'],
    occurred_at: row.occurred_at,
    recorded_at: row.recorded_at,
    actor: columns('actor_id', 'actor_type', 'actor_name', 'actor_email', 'actor_ip', 'actor_user_agent'),
    scope: columns('scope_type', 'scope_id', 'scope_path', 'root_namespace_id'),
    target: columns('target_type', 'target_id', 'target_name'),
    outcome: row['outcome'],
    message: row['message'],
    details: summary(row.details),
    consolidation: row.consolidation,
    cause: columns('cause_id', 'cause_topic'),
    source: row['source'],
    trace_id: row['trace_id'],
    log: row.log,
  };
}

/** Details as they are, or of a policy what the event and the row write alike. */
function summary(details: unknown): unknown {
  if (details === null || typeof details !== 'object' || !('push_id' in details)) return details;
  const { push_id, commit_sha, policy_name, policy_type, unresolved, warnings, errors, diff } =
    details as Record<string, unknown>;
  const paths = (diff as { path: string }[] | undefined)?.map(({ path }) => path);
  return { push_id, commit_sha, policy_name, policy_type, unresolved, warnings, errors, paths };
}
