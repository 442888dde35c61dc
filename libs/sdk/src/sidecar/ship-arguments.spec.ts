import { describe, expect, test } from '@jest/globals';
import { shippingOptionsOf, UsageError } from './ship-arguments.js';

const least = ['--spool', 'audit', '--brokers', 'a:9092,b:9092', '--schema-registry', 'http://registry:8081'];

describe('the arguments of auditmesh-sdk-ship', () => {
  test('say which spool goes where', () => {
    expect(shippingOptionsOf([...least, '--topic-prefix', 'test.'])).toEqual({
      folder: 'audit',
      kafka: { brokers: ['a:9092', 'b:9092'], prefix: 'test.' },
      schemaRegistryUrl: 'http://registry:8081',
    });
  });

  test.each(['--spool', '--brokers', '--schema-registry'])('need %s', (name) => {
    const at = least.indexOf(name);
    const without = least.toSpliced(at, 2);
    expect(() => shippingOptionsOf(without)).toThrow(`${name} is missing`);
  });

  test('may ask for help, and may be wrong', () => {
    expect(shippingOptionsOf(['--help'])).toBeUndefined();
    expect(() => shippingOptionsOf(['--folder', 'x'])).toThrow(UsageError);
    expect(() => shippingOptionsOf([...least, '--kafka-options', 'none.json'])).toThrow('none.json');
  });
});
