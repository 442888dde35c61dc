/** Where the node keeps its log and listens, always on 127.0.0.1. */
export interface KafkaPlace {
  dataDir: string;
  port: number;
  controllerPort: number;
}

/** The server.properties of a single development node; `extra` settings win. */
export function kafkaProperties(place: KafkaPlace, extra: Record<string, string>): string {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${place.controllerPort}`,
    listeners: `BROKER://127.0.0.1:${place.port},CONTROLLER://127.0.0.1:${place.controllerPort}`,
    'advertised.listeners': `BROKER://127.0.0.1:${place.port}`,
    'listener.security.protocol.map': 'BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'BROKER',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': place.dataDir,
    'auto.create.topics.enable': false,
    'group.initial.rebalance.delay.ms': 0,
    ...internalTopics,
    ...smallNode,
    ...extra,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${escape(String(value))}\n`)
    .join('');
}

const internalTopics = {
  'default.replication.factor': 1,
  'min.insync.replicas': 1,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 8,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 8,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  'share.coordinator.state.topic.num.partitions': 8,
};

const smallNode = {
  // A laptop that was off for weeks must find its consumer groups where they were.
  'offsets.retention.minutes': 525_600,
  // The default takes a quarter of the heap.
  'log.cleaner.dedupe.buffer.size': 16_777_216,
  // A killed node may register again only when its old session is over; the default is 9 s.
  'broker.heartbeat.interval.ms': 500,
  'broker.session.timeout.ms': 3000,
};

/** A properties file takes a backslash for an escape. */
function escape(value: string): string {
  return value.replaceAll('\\', '\\\\');
}
