/** murmur2 with Kafka's seed, as the Java client's default partitioner computes it. @returns an unsigned 31-bit number */
export function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995;
  const length = data.length;
  let h = 0x9747b28c ^ length;
  let i = 0;
  for (; i + 4 <= length; i += 4) {
    let k = data[i]! | (data[i + 1]! << 8) | (data[i + 2]! << 16) | (data[i + 3]! << 24);
    k = Math.imul(k, m);
    k ^= k >>> 24;
    k = Math.imul(k, m);
    h = Math.imul(h, m) ^ k;
  }
  const left = length - i;
  if (left === 3) h ^= data[i + 2]! << 16;
  if (left >= 2) h ^= data[i + 1]! << 8;
  if (left >= 1) h = Math.imul(h ^ data[i]!, m);
  h ^= h >>> 13;
  h = Math.imul(h, m);
  h ^= h >>> 15;
  return h & 0x7fffffff;
}

/** Partition of a key, the same that other clients choose. */
export const partitionOf = (key: string | Uint8Array, partitions: number): number =>
  murmur2(typeof key === 'string' ? Buffer.from(key) : key) % partitions;
