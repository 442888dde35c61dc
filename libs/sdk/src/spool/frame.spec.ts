import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FRAME_OVERHEAD_BYTES, MAX_BODY_BYTES, parseFrames, sealFrame, type Frame } from './frame.js';

const SALT = 0x5eed;

const bodies = fc.array(fc.uint8Array({ minLength: 0, maxLength: 80 }), { minLength: 1, maxLength: 12 });
const framesOf = (list: Uint8Array[]): Frame[] =>
  list.map((body, i) => ({
    sequence: i + 1,
    partition: i % 3,
    partitionSequence: Math.floor(i / 3) + 1,
    body: Buffer.from(body),
  }));
function encodeFrame(frame: Frame, salt: number): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(FRAME_OVERHEAD_BYTES), frame.body]);
  sealFrame(bytes, 0, bytes.length, frame, salt);
  return bytes;
}

const bytesOf = (frames: Frame[]) => Buffer.concat(frames.map((frame) => encodeFrame(frame, SALT)));
const shown = (frames: Frame[]) =>
  frames.map(({ body, ...rest }) => ({ ...rest, body: body.toString('hex') }));

describe('frames', () => {
  test('come back as they were written, however the bytes are cut for reading', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (list, cut) => {
        const frames = framesOf(list);
        const bytes = bytesOf(frames);
        const middle = cut % (bytes.length + 1);
        const first = parseFrames(bytes.subarray(0, middle), SALT, false);
        const rest = parseFrames(bytes.subarray(first.next), SALT, true);
        expect(shown([...first.frames, ...rest.frames])).toEqual(shown(frames));
        expect([...first.damages, ...rest.damages]).toEqual([]);
      }),
    );
  });

  test('before the byte where the file ends are all read, and nothing is invented', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (list, cut) => {
        const frames = framesOf(list);
        const bytes = bytesOf(frames);
        const end = cut % (bytes.length + 1);
        const read = parseFrames(bytes.subarray(0, end), SALT, true).frames;
        let whole = 0;
        for (let size = 0; whole < frames.length; whole++) {
          size += encodeFrame(frames[whole]!, SALT).length;
          if (size > end) break;
        }
        expect(shown(read)).toEqual(shown(frames.slice(0, whole)));
      }),
    );
  });

  test('around a flipped bit are all read, the damage is told, and nothing is invented', () => {
    fc.assert(
      fc.property(bodies, fc.nat(), fc.integer({ min: 0, max: 7 }), (list, place, bit) => {
        const frames = framesOf(list);
        const bytes = bytesOf(frames);
        const at = place % bytes.length;
        bytes[at]! ^= 1 << bit;
        let end = 0;
        const hit = frames.findIndex((f) => (end += encodeFrame(f, SALT).length) > at);
        const parsed = parseFrames(bytes, SALT, true);
        expect(shown(parsed.frames)).toEqual(shown(frames.filter((_, i) => i !== hit)));
        expect(parsed.damages).toEqual([{ from: end - encodeFrame(frames[hit]!, SALT).length, to: end }]);
      }),
      { numRuns: 500 },
    );
  });

  test('are not found in any other bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => {
        const parsed = parseFrames(Buffer.from(bytes), SALT, true);
        expect(parsed.frames).toEqual([]);
        expect(parsed.damages).toEqual(bytes.length ? [{ from: 0, to: bytes.length }] : []);
      }),
    );
  });

  test('are not found within a damaged one whose body holds a frame that somebody planted', () => {
    const planted = encodeFrame(
      { sequence: 9, partition: 0, partitionSequence: 9, body: Buffer.alloc(4) },
      0,
    );
    const bytes = encodeFrame({ sequence: 1, partition: 0, partitionSequence: 1, body: planted }, SALT);
    bytes[4]! ^= 1;
    expect(parseFrames(bytes, SALT, true).frames).toEqual([]);
    expect(parseFrames(bytes, 0, true).frames).toHaveLength(1);
  });

  test('keep sequences beyond 32 bits and the longest body', () => {
    const body = Buffer.alloc(MAX_BODY_BYTES, 1);
    const frame = { sequence: 2 ** 40, partition: 65_535, partitionSequence: 2 ** 39, body };
    expect(shown(parseFrames(encodeFrame(frame, SALT), SALT, true).frames)).toEqual(shown([frame]));
  });
});
