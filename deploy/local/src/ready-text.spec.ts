import { describe, expect, it } from '@jest/globals';
import { readyText } from './ready-text.js';

const run = {
  api_url: 'http://127.0.0.1:20001',
  api_token: 'token-of-the-api',
  kafka_brokers: '127.0.0.1:20002',
  schema_registry_url: 'http://127.0.0.1:20003/apis/ccompat/v7',
  database_url: 'postgres://auditmesh:password-of-postgres@127.0.0.1:20004/auditmesh',
  processes: [],
  supervisor_pid: 1,
};

describe('what the user reads when everything runs', () => {
  it('gives the addresses and holds no secret', () => {
    const text = readyText(run, false);
    expect(text).toContain('http://127.0.0.1:20001/api/docs');
    expect(text).toContain('postgres://auditmesh@127.0.0.1:20004/auditmesh');
    expect(text).not.toContain('token-of-the-api');
    expect(text).not.toContain('password-of-postgres');
  });

  it('says how to stop it', () => {
    expect(readyText(run, false)).toContain('Ctrl-C');
    expect(readyText(run, true)).toContain('npm stop');
  });
});
