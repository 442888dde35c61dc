import { readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { FRAME_OVERHEAD_BYTES, type Frame } from './frame.js';
import { afterAll, highest, leap, type Numbers } from './numbers.js';
import type { Position } from './position.js';
import { SegmentFile, segmentName, sequenceOfName } from './segment-file.js';

/** What a spool found wrong with what it had written. */
export type SpoolFinding =
  /** These records are lost: no whole record with these sequences is in the files. */
  | { finding: 'gap'; fromSequence: number; toSequence: number }
  /** Bytes of a file that are no record; passed over. */
  | { finding: 'damage'; file: string; from: number; to: number }
  /** A record that was being written when the process or the machine stopped; cut off. */
  | { finding: 'torn_tail'; file: string; bytes: number }
  /** A file that does not begin as a segment; left beside the others for people to look at. */
  | { finding: 'unreadable_segment'; file: string };

export interface Recovered {
  segments: SegmentFile[];
  next: Numbers;
  findings: SpoolFinding[];
}

/**
 * Opens what an earlier process left: removes what was acknowledged to the end, cuts a torn tail, and finds the numbers to
 * go on with. Nothing may be using the folder.
 */
export async function recover(
  folder: string,
  partitions: number,
  acknowledged: Position | undefined,
): Promise<Recovered> {
  const findings: SpoolFinding[] = [];
  const segments: SegmentFile[] = [];
  const start: Numbers = { sequence: 1, partitions: Array<number>(partitions).fill(1) };
  let next = acknowledged ? highest(start, acknowledged) : start;
  for (const name of (await readdir(folder)).sort()) {
    const path = join(folder, name);
    const first = sequenceOfName(name);
    if (name.endsWith('.new')) await unlink(path);
    if (first === undefined) continue;
    const segment = await SegmentFile.open(path);
    if (acknowledged && first < acknowledged.segment) {
      await segment?.close();
      await unlink(path);
    } else if (segment) {
      next = highest(next, segment.header);
      segments.push(segment);
    } else {
      const { size } = await stat(path);
      next = leap({ ...next, sequence: first }, Math.ceil(size / FRAME_OVERHEAD_BYTES));
      await rename(path, `${path}.damaged`);
      findings.push({ finding: 'unreadable_segment', file: name });
    }
  }
  const last = segments.at(-1);
  if (last) next = highest(next, await numbersAfter(last, findings));
  return { segments: await dropEmpty(segments), next, findings };
}

/** Numbers after the last record of the segment, whose tail is cut if it is torn. */
async function numbersAfter(segment: SegmentFile, findings: SpoolFinding[]): Promise<Numbers> {
  const found: Omit<Frame, 'body'>[] = [];
  let wholeUpTo = segment.start;
  for (let at = segment.start; at < segment.size;) {
    const { frames, next, whole } = await segment.read(at, segment.size, true);
    for (const { body: _, ...numbers } of frames) found.push(numbers);
    wholeUpTo = whole ?? wholeUpTo;
    at = next;
  }
  if (wholeUpTo < segment.size) {
    const file = segmentName(segment.header.sequence);
    findings.push({ finding: 'torn_tail', file, bytes: segment.size - wholeUpTo });
    await segment.cut(wholeUpTo);
  }
  return afterAll(segment.header, found);
}

/** Removes the files without a record, whose names the next one may need. */
async function dropEmpty(segments: SegmentFile[]): Promise<SegmentFile[]> {
  const empty = segments.filter((s) => s.size === s.start);
  await Promise.all(empty.map((s) => s.remove()));
  return segments.filter((s) => !empty.includes(s));
}
