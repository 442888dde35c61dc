import type { Topic } from '@auditmesh/events';
import kafkajs, {
  type Admin,
  type ISocketFactory,
  type KafkaConfig,
  type Producer,
  type ProducerConfig,
} from 'kafkajs';
import Cluster from 'kafkajs/src/cluster/index.js';
import { createLogger } from 'kafkajs/src/loggers/index.js';
import socketFactory from 'kafkajs/src/network/socketFactory.js';
import { Connections } from './connections.js';
import { kafkajsLogCreator, silent, type Log } from './logging.js';
import { StartPatience } from './start-patience.js';

export interface KafkaOptions {
  brokers: string[];
  /** Shown in the brokers' logs. */
  clientId: string;
  /** Before every topic, group and transactional id, for clusters shared with others. */
  prefix?: string;
  ssl?: KafkaConfig['ssl'];
  sasl?: KafkaConfig['sasl'];
  log?: Log;
  /** For how long a start waits for Kafka and the registry; without it, not at all. */
  patience?: StartPatience;
  /** How connections are made, where it is not the usual way. */
  socketFactory?: ISocketFactory;
}

const READ_COMMITTED = 1;
const CONNECT_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 15_000;
/** A failed call is tried again by the loops above, which know what to do meanwhile. */
const RETRY = { retries: 3, initialRetryTime: 50, maxRetryTime: 500 };

/** One Kafka cluster as a service sees it: how to reach it and what its things are called. */
export class KafkaClient {
  readonly log: Log;
  private readonly patience: StartPatience;
  private readonly made = new Set<WeakRef<Connections>>();
  private hasEnded = false;

  constructor(readonly options: KafkaOptions) {
    this.log = options.log ?? silent;
    this.patience = options.patience ?? new StartPatience(0, this.log);
  }

  /** Name on the cluster of a topic, group or transactional id. */
  name(name: string): string {
    return (this.options.prefix ?? '') + name;
  }

  topicName(topic: Topic<unknown>): string {
    return this.name(topic.name);
  }

  /** Attempts something that a start needs until it succeeds, for as long as the client is patient. */
  atStart<T>(attempt: () => Promise<T>): Promise<T> {
    return this.patience.until(`Kafka at ${this.options.brokers.join(',')}`, attempt);
  }

  /**
   * Connections and metadata of their own, for one reader: a long poll holds up what follows it on its connection. Once
   * disconnected it stays so, as do a producer and an admin.
   */
  cluster(): Cluster {
    const connections = this.connections();
    const cluster = new Cluster({
      ...this.connection(connections),
      logger: createLogger({ level: kafkajs.logLevel.DEBUG, logCreator: kafkajsLogCreator(this.log) }),
      retry: RETRY,
      metadataMaxAge: 60_000,
      allowAutoTopicCreation: false,
      isolationLevel: READ_COMMITTED,
    });
    return connections.endedBy(cluster);
  }

  /** As `cluster`, connected. @throws kafkajs errors, with nothing left open */
  async connectedCluster(): Promise<Cluster> {
    const cluster = this.cluster();
    try {
      await cluster.connect();
      return cluster;
    } catch (error) {
      await cluster.disconnect();
      throw error;
    }
  }

  producer(config: ProducerConfig): Producer {
    const connections = this.connections();
    return connections.endedBy(
      this.kafka(connections).producer({ allowAutoTopicCreation: false, ...config }),
    );
  }

  admin(): Admin {
    const connections = this.connections();
    return connections.endedBy(this.kafka(connections).admin());
  }

  /** Ends all connections at once, also those whose owners nobody knows; after this there are none. */
  end(): void {
    this.hasEnded = true;
    this.patience.end();
    for (const each of this.made) each.deref()?.end();
  }

  private connections(): Connections {
    const connections = new Connections(this.options.socketFactory ?? socketFactory());
    for (const each of this.made) if (!each.deref()) this.made.delete(each);
    this.made.add(new WeakRef(connections));
    if (this.hasEnded) connections.end();
    return connections;
  }

  private kafka(connections: Connections): kafkajs.Kafka {
    const logCreator = kafkajsLogCreator(this.log);
    return new kafkajs.Kafka({ ...this.connection(connections), retry: RETRY, logCreator });
  }

  private connection({ factory }: Connections) {
    const { brokers, clientId, ssl, sasl } = this.options;
    return {
      brokers,
      clientId,
      ...(ssl === undefined ? {} : { ssl }),
      ...(sasl === undefined ? {} : { sasl }),
      socketFactory: factory,
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      enforceRequestTimeout: true,
    };
  }
}
