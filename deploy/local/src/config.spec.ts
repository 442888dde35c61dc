import { describe, expect, it } from '@jest/globals';
import { portVariable, settingsFrom } from './config.js';

describe('the settings of a stack', () => {
  it('name the servers that are not embedded, any subset of them', () => {
    expect(settingsFrom({ KAFKA_BROKERS: 'kafka:9092', DATABASE_URL: '' }).external).toEqual({
      kafkaBrokers: 'kafka:9092',
    });
  });

  it('fix ports by the name of the server or service', () => {
    const { ports } = settingsFrom({ AUDITMESH_API_PORT: '8080', AUDITMESH_POLICY_SYNC_PORT: '8081' });
    expect(ports).toEqual({ api: 8080, 'policy-sync': 8081 });
    expect(portVariable('policy-sync')).toBe('AUDITMESH_POLICY_SYNC_PORT');
  });

  it('are refused with every bad variable named, and no password', () => {
    const env = {
      AUDITMESH_API_PORT: 'http',
      AUDITMESH_KAFKA_PORT: '70000',
      SCHEMA_REGISTRY_URL: 'localhost:8081',
      DATABASE_URL: 'mysql://root:geheim@db/x',
    };
    const refusal = () => settingsFrom(env);
    for (const variable of Object.keys(env)) expect(refusal).toThrow(variable);
    expect(refusal).not.toThrow('geheim');
  });
});
