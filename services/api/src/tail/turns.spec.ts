import { describe, expect, it } from '@jest/globals';
import { Turns } from './turns.js';

describe('turns', () => {
  const never = new AbortController().signal;

  it('are taken by as many as there are, the others one after the other in line', async () => {
    const turns = new Turns(2);
    const [first, second] = [await turns.take(never), await turns.take(never)];
    const order: string[] = [];
    const third = turns.take(never).then((done) => (order.push('third'), done));
    const fourth = turns.take(never).then((done) => (order.push('fourth'), done));
    await Promise.resolve();
    expect(order).toEqual([]);
    first!();
    (await third)!();
    (await fourth)!();
    second!();
    expect(order).toEqual(['third', 'fourth']);
  });

  it('go by who gives up in line', async () => {
    const turns = new Turns(1);
    const first = await turns.take(never);
    const impatient = new AbortController();
    const gone = turns.take(impatient.signal);
    const next = turns.take(never);
    impatient.abort();
    expect(await gone).toBeUndefined();
    first!();
    expect(await next).toBeInstanceOf(Function);
  });
});
