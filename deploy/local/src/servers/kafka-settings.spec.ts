import { describe, expect, it } from '@jest/globals';
import { kafkaProperties } from './kafka-settings.js';

const place = { dataDir: '/data', port: 9092, controllerPort: 9093 };
const settings = (extra: Record<string, string> = {}) => kafkaProperties(place, extra).trimEnd().split('\n');

describe('the settings of the Kafka node', () => {
  it('name its ports of the loopback interface and its folder', () => {
    expect(settings()).toEqual(
      expect.arrayContaining([
        'listeners=BROKER://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
        'advertised.listeners=BROKER://127.0.0.1:9092',
        'controller.quorum.voters=1@127.0.0.1:9093',
        'log.dirs=/data',
      ]),
    );
  });

  it('let no topic come into being by a typing error', () => {
    expect(settings()).toContain('auto.create.topics.enable=false');
  });

  it('can be added to and replaced', () => {
    const changed = settings({ 'auto.create.topics.enable': 'true', 'message.max.bytes': '2000000' });
    expect(changed).toContain('auto.create.topics.enable=true');
    expect(changed).toContain('message.max.bytes=2000000');
    expect(changed).not.toContain('auto.create.topics.enable=false');
  });

  it('survive a backslash in the path', () => {
    expect(kafkaProperties({ ...place, dataDir: 'C:\\data' }, {})).toContain('log.dirs=C:\\\\data\n');
  });
});
