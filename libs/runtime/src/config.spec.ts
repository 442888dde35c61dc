import { describe, expect, it } from '@jest/globals';
import { ConfigError, loadConfig, ServiceConfig } from './config.js';

const good = { KAFKA_BROKERS: 'a:1,b:2', SCHEMA_REGISTRY_URL: 'http://localhost:8081/apis/ccompat/v7' };

describe('loadConfig', () => {
  it('takes numbers, keeps defaults, and takes an empty variable as none', () => {
    const config = loadConfig(ServiceConfig, { ...good, HTTP_PORT: '9000', LOG_LEVEL: '' });
    expect(config).toMatchObject({ ...good, HTTP_PORT: 9000, LOG_LEVEL: 'info', TOPIC_PREFIX: '' });
  });

  it('names every bad variable in one message', () => {
    const load = () => loadConfig(ServiceConfig, { SCHEMA_REGISTRY_URL: 'nonsense', HTTP_PORT: 'eighty' });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/KAFKA_BROKERS: is not set[\s\S]*SCHEMA_REGISTRY_URL: [\s\S]*HTTP_PORT: /);
  });

  it('never shows a value', () => {
    const load = () => loadConfig(ServiceConfig, { ...good, KAFKA_SASL: 'hunter2' });
    expect(load).toThrow(/KAFKA_SASL: KAFKA_SASL must be a JSON object$/);
    expect(load).not.toThrow(/hunter2/);
  });
});
