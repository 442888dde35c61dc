import { describe, expect, it } from '@jest/globals';
import { KafkaError } from '../errors.js';
import type { Log } from './logging.js';
import { StartPatience } from './start-patience.js';

const away = new KafkaError('BROKER_UNAVAILABLE', 'nobody answers');

/** Fails so often with the error, then succeeds. */
const failing = (times: number, error: Error) => {
  let left = times;
  return async () => {
    if (left-- > 0) throw error;
    return 'there';
  };
};

describe('the patience of a start', () => {
  const lines: string[] = [];
  const tell = (_: object, message: string) => void lines.push(message);
  const log: Log = { debug: tell, info: tell, warn: tell, error: tell };
  const patience = (timeoutMs: number) => {
    lines.length = 0;
    return new StartPatience(timeoutMs, log);
  };

  it('tells once what it waits for, however many wait and however often they try, and once that it is there', async () => {
    const waiting = patience(60_000);
    const attempts = [1, 2, 3].map((times) => waiting.until('Kafka', failing(times, away)));
    expect(await Promise.all(attempts)).toEqual(['there', 'there', 'there']);
    expect(lines).toEqual([
      'waiting for Kafka before the start goes on, for at most 60 s',
      'Kafka is there, the start goes on',
    ]);
  });

  it('names the schema registry where that is away', async () => {
    const error = Object.assign(new Error('no answer'), { code: 'REGISTRY_UNAVAILABLE' });
    await patience(60_000).until('Kafka', failing(1, error));
    expect(lines[0]).toContain('waiting for the schema registry');
  });

  it('throws at once, and as it is, what waiting does not heal', async () => {
    const unknown = new KafkaError('UNKNOWN_TOPIC', 'no such topic');
    await expect(patience(60_000).until('Kafka', failing(1, unknown))).rejects.toBe(unknown);
    expect(lines).toEqual([]);
  });

  it('says what it waited for in vain, and how long', async () => {
    const waiting = patience(300);
    await expect(waiting.until('Kafka', failing(Infinity, away))).rejects.toThrow(
      /^Waited for Kafka for 0\.3 s .* The last attempt: nobody answers$/,
    );
  });

  it('ends for who waits when the start is over', async () => {
    const waiting = patience(60_000);
    const attempt = waiting.until('Kafka', failing(Infinity, away));
    waiting.end();
    await expect(attempt).rejects.toBe(away);
  });

  it('is none without time, and after the start', async () => {
    await expect(patience(0).until('Kafka', failing(1, away))).rejects.toBe(away);
    const over = patience(60_000);
    over.end();
    await expect(over.until('Kafka', failing(1, away))).rejects.toBe(away);
    expect(lines).toEqual([]);
  });
});
