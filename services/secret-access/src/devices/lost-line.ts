import type { RecordProducer } from '@auditmesh/kafka';
import { deviceSource } from '../domain/device-use.js';
import type { LineFault } from '../domain/devices/line-fault.js';

/** A line that is no entry, without its content, which may hold a secret anywhere. */
export interface LostLine {
  device: string;
  /** http | socket | file */
  intake: string;
  /** Where it is, or was: enough to find it where the store still has it. */
  position: string;
  /** Bytes. */
  size: number;
  fault: LineFault;
}

type Letter = Parameters<RecordProducer['sendEncoded']>[1][number];

/** The dead letter of a line: what is known about it and no byte of it. */
export function letterOf({ device, intake, position, size, fault }: LostLine): Letter {
  const { code, reason } = fault;
  const value = Buffer.from(JSON.stringify({ device, intake, position, size, code, reason }));
  const headers = {
    'content-type': 'application/json',
    dlq_code: 'MALFORMED_RECORD',
    dlq_reason: `${code}: ${reason}; ${size} bytes at ${position}`,
    dlq_group: 'secret-access',
    dlq_source: deviceSource(device),
  };
  return { key: device, value, headers, partition: 0, size: value.length + 500 };
}
