import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ConsumedRecord } from '../record.js';
import type { Chunk } from './chunk.js';
import { Inbox } from './inbox.js';

const BYTES_EACH = 10;

/** A chunk of one partition that ends before `nextOffset`. */
function chunk(topic: string, nextOffset: number, bytes: number): Chunk {
  const records = bytes ? [{ offset: nextOffset - 1 } as ConsumedRecord] : [];
  return { topic, partition: 0, records, nextOffset, highWatermark: nextOffset, bytes };
}

async function takeAll(inbox: Inbox): Promise<Chunk[]> {
  const taken: Chunk[] = [];
  for (let next; (next = await inbox.take(0, 1_000));) taken.push(next);
  return taken;
}

describe('an inbox', () => {
  it('forgets that a partition had nothing new once it has', async () => {
    const inbox = new Inbox(1_000, () => undefined);
    inbox.accept(chunk('t', 5, 0));
    inbox.accept(chunk('t', 7, BYTES_EACH));
    expect((await takeAll(inbox)).map(({ nextOffset }) => nextOffset)).toEqual([7]);
  });

  it('never leads back, whatever comes between', async () => {
    const arriving = fc.record({ topic: fc.constantFrom('a', 'b'), bytes: fc.constantFrom(0, BYTES_EACH) });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(arriving)), async (rounds) => {
        const inbox = new Inbox(1_000, () => undefined);
        const reached = new Map<string, number>();
        const handled = new Map<string, number>();
        for (const arrivals of rounds) {
          for (const { topic, bytes } of arrivals) {
            reached.set(topic, (reached.get(topic) ?? 0) + Math.sign(bytes));
            inbox.accept(chunk(topic, reached.get(topic)!, bytes));
          }
          for (const { topic, nextOffset } of await takeAll(inbox)) {
            expect(nextOffset).toBeGreaterThanOrEqual(handled.get(topic) ?? 0);
            handled.set(topic, nextOffset);
          }
        }
        expect(handled).toEqual(reached);
      }),
    );
  });
});
