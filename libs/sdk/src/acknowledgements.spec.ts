import { describe, expect, test } from '@jest/globals';
import { Acknowledgements } from './acknowledgements.js';

const number = (sequence: number) => Promise.resolve(sequence);

describe('who waits for the mesh', () => {
  test('is told once it has their record, not before', async () => {
    const acknowledgements = new Acknowledgements(10_000);
    const told: number[] = [];
    const all = [1, 2, 3].map((n) => acknowledgements.of(number(n)).then(() => told.push(n)));
    acknowledgements.reached(2);
    await Promise.all(all.slice(0, 2));
    expect(told).toEqual([1, 2]);
    expect(acknowledgements.awaited).toBe(true);
    acknowledgements.reached(3);
    await Promise.all(all);
    expect(acknowledgements.awaited).toBe(false);
  });

  test('is told at once of a record that the mesh had before it was known here', async () => {
    const acknowledgements = new Acknowledgements(10_000);
    acknowledgements.reached(5);
    expect(await acknowledgements.of(number(5))).toBe(true);
    expect(acknowledgements.awaited).toBe(false);
  });

  test('waits no longer than the time, and that is an outage', async () => {
    const acknowledgements = new Acknowledgements(20);
    const late = await Promise.all([1, 2].map((n) => acknowledgements.of(number(n))));
    expect(late).toEqual([false, false]);
    expect(acknowledgements.outage?.message).toContain('20 ms');
    acknowledgements.reached(2);
    expect(acknowledgements.outage).toBeUndefined();
  });

  test('does not wait for a record that has no number yet any longer than that', async () => {
    const acknowledgements = new Acknowledgements(20);
    expect(await acknowledgements.of(new Promise(() => undefined))).toBe(false);
  });

  test('learns of an outage at once', async () => {
    const acknowledgements = new Acknowledgements(10_000);
    const waiting = acknowledgements.of(number(1));
    acknowledgements.failed(new Error('no broker'));
    expect(await waiting).toBe(false);
    expect(acknowledgements.outage?.message).toBe('no broker');
  });

  test('is not held up by a record that could not be made', async () => {
    const acknowledgements = new Acknowledgements(10_000);
    const refused = acknowledgements.of(Promise.reject(new Error('full')));
    const next = acknowledgements.of(number(1));
    await expect(refused).rejects.toThrow('full');
    acknowledgements.reached(1);
    expect(await next).toBe(true);
    expect(acknowledgements.outage).toBeUndefined();
  });
});
