import { SchemaRegistry } from '@auditmesh/avro';
import { topics, type Topic } from '@auditmesh/events';
import { cloudEventHeaders, GroupOffsets, KafkaClient, OpenTopics, RecordProducer } from '@auditmesh/kafka';

const SOURCE = 'platform';
const PATIENCE_MS = 30_000;

/** Something that a producer tells; with its source the id identifies it. */
export interface Fact<T> {
  id: string;
  value: T;
}

const inputs = [topics.policyPushes, topics.policyEnforcements, topics.directoryChanges] as const;
/** Which group reads what, in the order in which a record goes through the mesh. */
const stages = [
  ...inputs.map((topic) => ['policy-sync', topic] as const),
  ['consolidator', topics.auditCandidates] as const,
  ['secret-access', topics.secretAccesses] as const,
  ['violations.approvals', topics.mergeRequestsChanges] as const,
  ['violations.frameworks', topics.directoryChanges] as const,
  ['violations.controls', topics.auditEvents] as const,
  ['violations.controls', topics.complianceCommands] as const,
  ['projector', topics.auditEvents] as const,
  ['projector', topics.complianceViolations] as const,
];

/** A producer of domain events, beside the mesh: it knows Kafka, the registry and nothing else. */
export class MeshProducer {
  private constructor(
    private readonly open: OpenTopics,
    private readonly producer: RecordProducer,
    private readonly groups: GroupOffsets,
  ) {}

  static async connect(brokers: string, registryUrl: string, prefix: string): Promise<MeshProducer> {
    const client = new KafkaClient({ brokers: brokers.split(','), clientId: 'platform', prefix });
    const all = stages.map(([, topic]) => topic) as Topic<unknown>[];
    const open = await OpenTopics.open(client, new SchemaRegistry(registryUrl), all);
    const producer = new RecordProducer(client, open);
    await producer.connect();
    return new MeshProducer(open, producer, new GroupOffsets(client));
  }

  /** Writes the facts in one request, hence with one append time. Resolves when they are written. */
  async send<T>(topic: Topic<T>, key: string, facts: Fact<T>[]): Promise<void> {
    const records = facts.map(({ id, value }) => ({
      key,
      value,
      headers: cloudEventHeaders({ id, type: topic.name, source: SOURCE, time: Date.now() * 1000 }),
    }));
    await this.producer.send(topic, records);
  }

  /** Resolves when what was written before has gone all the way to the trail, but for windows that stay open. @throws after 30 s */
  async settled(): Promise<void> {
    for (const [group, topic] of stages) {
      if (!(await this.groups.caughtUp(group, this.open.get(topic as Topic<unknown>), PATIENCE_MS)))
        throw new Error(`${group} has not handled all of ${topic.name} within ${PATIENCE_MS} ms`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.producer.disconnect(), this.groups.disconnect()]);
  }
}
