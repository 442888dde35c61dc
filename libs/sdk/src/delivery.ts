import type { Acknowledgements } from './acknowledgements.js';
import type { EncodeBody } from './spool/spool-writer.js';

/** A spool whose records are shipped, by this process or by another. */
export interface Delivery {
  /** @see WritingEnd.id */
  readonly id: string;
  readonly acknowledgements: Acknowledgements;
  /** Records that the mesh has not acknowledged. */
  readonly pending: number;
  /** Bytes that the files take. */
  readonly bytes: number;
  /** @see WritingEnd.append */
  append(partition: number, encode: EncodeBody): Promise<number>;
  /** Ships what was appended without waiting for more. */
  hurry(): void;
  /**
   * Gives the spool back.
   *
   * @param withinMs how long this process may go on shipping
   */
  close(withinMs: number): Promise<void>;
}
