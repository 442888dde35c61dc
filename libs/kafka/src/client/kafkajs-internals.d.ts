/**
 * The parts of kafkajs 2.2.4 below its consumer: connections, metadata and the requests of one broker. They are no
 * public interface, hence the exact version in package.json; see ADR 0002.
 */
declare module 'kafkajs/src/cluster/index.js' {
  export interface GroupProtocol {
    name: string;
    metadata: Buffer;
  }
  export interface GroupMember {
    memberId: string;
    memberMetadata: Buffer;
  }
  export interface JoinedGroup {
    generationId: number;
    leaderId: string;
    memberId: string;
    members: GroupMember[];
    groupProtocol: string;
  }
  export interface TopicOffsets<P> {
    topic: string;
    partitions: P[];
  }
  export interface Broker {
    nodeId: string;
    connectionPool: { host: string; port: number; send(protocol: object): Promise<unknown> };
    joinGroup(request: {
      groupId: string;
      sessionTimeout: number;
      rebalanceTimeout: number;
      memberId: string;
      groupProtocols: GroupProtocol[];
    }): Promise<JoinedGroup>;
    syncGroup(request: {
      groupId: string;
      generationId: number;
      memberId: string;
      groupAssignment: { memberId: string; memberAssignment: Buffer }[];
    }): Promise<{ memberAssignment: Buffer }>;
    heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
    leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
    offsetFetch(request: { groupId: string; topics: TopicOffsets<{ partition: number }>[] }): Promise<{
      responses: TopicOffsets<{ partition: number; offset: string; metadata?: string; errorCode: number }>[];
    }>;
    offsetCommit(request: {
      groupId: string;
      groupGenerationId: number;
      memberId: string;
      topics: TopicOffsets<{ partition: number; offset: string }>[];
    }): Promise<unknown>;
    listOffsets(request: {
      replicaId?: number;
      isolationLevel: number;
      topics: TopicOffsets<{ partition: number; timestamp: number }>[];
    }): Promise<{ responses: TopicOffsets<{ partition: number; offset: string; errorCode: number }>[] }>;
  }
  export interface PartitionMetadata {
    partitionErrorCode: number;
    partitionId: number;
    leader: number;
  }
  export default class Cluster {
    constructor(options: Record<string, unknown>);
    isConnected(): boolean;
    connect(): Promise<void>;
    disconnect(): Promise<void>;
    refreshMetadata(): Promise<void>;
    addMultipleTargetTopics(topics: string[]): Promise<void>;
    findBroker(request: { nodeId: string }): Promise<Broker>;
    removeBroker(address: { host: string; port: number }): void;
    findGroupCoordinator(request: { groupId: string }): Promise<Broker>;
    findTopicPartitionMetadata(topic: string): PartitionMetadata[];
  }
}

declare module 'kafkajs/src/loggers/index.js' {
  export function createLogger(options: { level: number; logCreator: unknown }): unknown;
}

declare module 'kafkajs/src/network/socketFactory.js' {
  export default function socketFactory(): import('kafkajs').ISocketFactory;
}

declare module 'kafkajs/src/consumer/assignerProtocol.js' {
  export const MemberMetadata: {
    encode(metadata: { version: number; topics: string[]; userData?: Buffer }): Buffer;
    decode(bytes: Buffer): { version: number; topics: string[]; userData: Buffer | null };
  };
  export const MemberAssignment: {
    encode(assignment: { version: number; assignment: Record<string, number[]>; userData?: Buffer }): Buffer;
    decode(bytes: Buffer): { assignment: Record<string, number[]> } | null;
  };
}

declare module 'kafkajs/src/protocol/error.js' {
  export function createErrorFromCode(
    code: number,
  ): Error & { type: string; code: number; retriable: boolean };
  export function failure(code: number): boolean;
}

declare module 'kafkajs/src/protocol/encoder.js' {
  export default class Encoder {
    readonly buffer: Buffer;
    size(): number;
    writeBuffer(bytes: Buffer): this;
    writeInt8(value: number): this;
    writeInt16(value: number): this;
    writeInt32(value: number): this;
    writeUInt32(value: number): this;
    writeInt64(value: number): this;
    writeEncoderArray(values: object[]): this;
    writeVarInt(value: number): this;
    writeVarLong(value: number): this;
    writeVarIntBytes(value: string | Buffer | null): this;
    writeEncoder(value: Encoder): this;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/v0/index.js' {
  export function RecordBatch(batch: Record<string, unknown>): Promise<{ buf: Buffer; buffer: Buffer }>;
}

declare module 'kafkajs/src/protocol/recordBatch/record/v0/index.js' {
  export interface RecordToEncode {
    offsetDelta: number;
    timestampDelta: number;
    key: string | Buffer | null;
    value: string | Buffer | null;
    headers: { [name: string]: string | Buffer | (string | Buffer)[] };
  }
  export default function record(record: Partial<RecordToEncode>): { buf: Buffer };
}

declare module 'kafkajs/src/network/requestQueue/index.js' {
  export default class RequestQueue {
    constructor(options: Record<string, unknown>);
    throttleCheckTimeoutId: unknown;
    scheduleCheckPendingRequests(): void;
    destroy(): void;
  }
}

declare module 'kafkajs/src/producer/groupMessagesPerPartition.js' {
  export default function groupMessagesPerPartition<M>(request: {
    topic: string;
    partitionMetadata: object[];
    messages: M[];
    partitioner: (args: { topic: string; partitionMetadata: object[]; message: M }) => number;
  }): Record<number, M[]>;
}

declare module 'kafkajs/src/network/connection.js' {
  export default class Connection {
    constructor(options: {
      host: string;
      port: number;
      logger: unknown;
      socketFactory: unknown;
      requestTimeout: number;
      connectionTimeout: number;
    });
    connect(): Promise<true>;
    disconnect(): Promise<true>;
    send(protocol: object): Promise<unknown>;
    isConnected(): boolean;
  }
}

declare module 'kafkajs/src/protocol/recordBatch/crc32C/index.js' {
  export default function crc32C(bytes: Buffer): number;
}
