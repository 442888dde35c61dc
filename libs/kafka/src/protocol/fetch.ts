import Encoder from 'kafkajs/src/protocol/encoder.js';
import { Bytes } from './bytes.js';
import type { AbortedTransaction } from './record-batch.js';

export interface FetchPartition {
  topic: string;
  partition: number;
  fetchOffset: number;
  maxBytes: number;
}

export interface FetchedPartition {
  topic: string;
  partition: number;
  /** Error code of the protocol, 0 for none. */
  errorCode: number;
  /** Offset after the last record that all replicas have. */
  highWatermark: number;
  /** Offset of the first record of the oldest open transaction, or the high watermark. */
  lastStableOffset: number;
  logStartOffset: number;
  aborted: AbortedTransaction[];
  records: Buffer;
}

const FETCH = { apiKey: 1, apiVersion: 11, apiName: 'Fetch' };

/** Fetch request, version 11, in the form that a kafkajs connection sends; reads committed records without a session. */
export function fetchRequest(
  partitions: FetchPartition[],
  maxWaitMs: number,
  minBytes: number,
  maxBytes: number,
) {
  const byTopic = Map.groupBy(partitions, (p) => p.topic);
  const parts: Buffer[] = [];
  const header = Buffer.alloc(29);
  header.writeInt32BE(-1, 0); // replica id: a consumer
  header.writeInt32BE(maxWaitMs, 4);
  header.writeInt32BE(minBytes, 8);
  header.writeInt32BE(maxBytes, 12);
  header.writeInt8(1, 16); // read committed
  header.writeInt32BE(0, 17); // session id
  header.writeInt32BE(-1, 21); // session epoch: no session
  header.writeInt32BE(byTopic.size, 25);
  parts.push(header);
  for (const [topic, list] of byTopic) {
    const name = Buffer.from(topic);
    const head = Buffer.alloc(2 + name.length + 4);
    head.writeInt16BE(name.length, 0);
    name.copy(head, 2);
    head.writeInt32BE(list.length, 2 + name.length);
    parts.push(head, ...list.map(encodePartition));
  }
  parts.push(Buffer.alloc(4 + 2)); // no forgotten topics, empty rack id
  const body = Buffer.concat(parts);
  return { ...FETCH, encode: async () => new Encoder().writeBuffer(body) };
}

function encodePartition(p: FetchPartition): Buffer {
  const bytes = Buffer.alloc(28);
  bytes.writeInt32BE(p.partition, 0);
  bytes.writeInt32BE(-1, 4); // current leader epoch: unknown
  bytes.writeBigInt64BE(BigInt(p.fetchOffset), 8);
  bytes.writeBigInt64BE(-1n, 16); // log start offset: only for followers
  bytes.writeInt32BE(p.maxBytes, 24);
  return bytes;
}

/** Fetch response, version 11; the records stay bytes. */
export const fetchResponse = {
  decode: async (payload: Buffer) => {
    const bytes = new Bytes(payload);
    const clientSideThrottleTime = bytes.int32();
    const errorCode = bytes.int16();
    bytes.int32(); // session id
    const partitions: FetchedPartition[] = bytes.array(() => decodeTopic(bytes)).flat();
    return { clientSideThrottleTime, errorCode, partitions };
  },
  parse: async (decoded: { errorCode: number; partitions: FetchedPartition[] }) => decoded,
};

function decodeTopic(bytes: Bytes): FetchedPartition[] {
  const topic = bytes.string();
  return bytes.array(() => {
    const partition = bytes.int32();
    const errorCode = bytes.int16();
    const highWatermark = bytes.int64();
    const lastStableOffset = bytes.int64();
    const logStartOffset = bytes.int64();
    const aborted = bytes.array(() => ({ producerId: bytes.int64(), firstOffset: bytes.int64() }));
    bytes.int32(); // preferred read replica
    const records = bytes.slice(Math.max(0, bytes.int32()));
    return { topic, partition, errorCode, highWatermark, lastStableOffset, logStartOffset, aborted, records };
  });
}
