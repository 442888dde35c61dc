import {
  deadLetters,
  topics,
  type AuditCandidate,
  type AuditEvent,
  type Closure,
  type ComplianceChange,
  type ComplianceCommand,
  type DirectoryChanged,
  type DirectoryEntry,
  type MergeRequestChanged,
  type PolicyEnforcementReported,
  type PolicyFilePushed,
} from '@auditmesh/events';
import type { DirectKafka } from '../mesh/direct-kafka.ts';
import type { PostOutcome } from '../mesh/intake-caller.ts';
import type { PlannedDirectory } from '../plan/directory.ts';
import { readTables, type Tables } from './tables.ts';
import { readDeadLetters, readTopic, type TopicRecord } from './topic-record.ts';

/** What a run has left behind, to be judged. */
export interface Evidence {
  directory: PlannedDirectory;
  /** Ids of the suite's records that Kafka acknowledged. */
  acknowledged: ReadonlySet<string>;
  posts: PostOutcome[];
  pushes: TopicRecord<PolicyFilePushed>[];
  reports: TopicRecord<PolicyEnforcementReported>[];
  directoryChanges: TopicRecord<DirectoryChanged>[];
  entries: TopicRecord<DirectoryEntry>[];
  mergeRequests: TopicRecord<MergeRequestChanged>[];
  commands: TopicRecord<ComplianceCommand>[];
  candidates: TopicRecord<AuditCandidate>[];
  closures: TopicRecord<Closure>[];
  events: TopicRecord<AuditEvent>[];
  /** Of violations and states of controls. */
  complianceChanges: TopicRecord<ComplianceChange>[];
  /** By consumer group. */
  deadLetters: Map<string, TopicRecord<never>[]>;
  tables: Tables;
}

/** Reads all topics, committed records only, and the tables. */
export async function gatherEvidence(
  kafka: DirectKafka,
  databaseUrl: string,
  sent: Pick<Evidence, 'directory' | 'acknowledged' | 'posts'>,
): Promise<Evidence> {
  const letters = new Map<string, TopicRecord<never>[]>();
  for (const group of deadLetters.groups) letters.set(group, await readDeadLetters(kafka, group));
  return {
    ...sent,
    pushes: await readTopic(kafka, topics.policyPushes),
    reports: await readTopic(kafka, topics.policyEnforcements),
    directoryChanges: await readTopic(kafka, topics.directoryChanges),
    entries: await readTopic(kafka, topics.directoryEntries),
    mergeRequests: await readTopic(kafka, topics.mergeRequestsChanges),
    commands: await readTopic(kafka, topics.complianceCommands),
    candidates: await readTopic(kafka, topics.auditCandidates),
    closures: await readTopic(kafka, topics.consolidatorClosures),
    events: await readTopic(kafka, topics.auditEvents),
    complianceChanges: await readTopic(kafka, topics.complianceViolations),
    deadLetters: letters,
    tables: await readTables(databaseUrl),
  };
}
