/** What a program needs that only writes; loads neither Nest nor the consumer's side. */
export { KafkaClient } from './client/kafka-client.js';
export type { KafkaOptions } from './client/kafka-client.js';
export type { Log } from './client/logging.js';
export { Backoff, pause, Signal } from './client/signal.js';
export { cloudEventHeaders } from './cloud-event.js';
export { partitionOf } from './murmur2.js';
export type { EncodedRecord } from './producer/outgoing-record.js';
export { RecordProducer } from './producer/record-producer.js';
export { OpenTopics } from './topics.js';
