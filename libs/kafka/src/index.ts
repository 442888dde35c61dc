export { KafkaClient } from './client/kafka-client.js';
export type { KafkaOptions } from './client/kafka-client.js';
export type { Log } from './client/logging.js';
export { StartPatience } from './client/start-patience.js';
export { Backoff, pause } from './client/signal.js';
export { KafkaError, isRetriable } from './errors.js';
export type { KafkaErrorCode } from './errors.js';
export { ConsumedRecord } from './record.js';
export type { Headers } from './record.js';
export { partitionOf } from './murmur2.js';
export { cloudEventHeaders } from './cloud-event.js';
export { OpenTopics } from './topics.js';
export type { OpenTopic } from './topics.js';
export { applyTopics, declaredTopics } from './apply-topics.js';
export type { TopicResult, TopicSettings } from './apply-topics.js';
export { GlobalTable } from './consumer/global-table.js';
export { GroupOffsets } from './consumer/group-offsets.js';
export { readPartition } from './consumer/read-partition.js';
export { TopicReader } from './consumer/topic-reader.js';
export type { OffsetBounds, TopicSlice } from './consumer/topic-reader.js';
export { asItCame } from './producer/as-it-came.js';
export { RecordProducer } from './producer/record-producer.js';
export type { Written } from './producer/record-producer.js';
export type { OutgoingRecord } from './producer/outgoing-record.js';
export type { Batch, DeadLetterCode, PartialBatch, RestoreContext, Tick, Transaction } from './task/batch.js';
export type { MakeDurable, Reject } from './task/external-offsets.js';
export { TaskGroup } from './task/task-group.js';
export type { TaskEvents } from './task/task-events.js';
export {
  BatchHandler,
  PartialBatchHandler,
  PositionsHandler,
  RestoreHandler,
  TickHandler,
} from './nest/decorators.js';
export { KafkaBatchServer } from './nest/kafka-batch-server.js';
export { replayDeadLetters, waitingDeadLetters } from './dead-letters/replay.js';
export type { DeadLetter, Replayed } from './dead-letters/replay.js';
