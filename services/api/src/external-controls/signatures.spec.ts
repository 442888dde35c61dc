import { describe, expect, it } from '@jest/globals';
import { signCallback, signPing, webhookSecret } from './signatures.js';

/** `whsec_` and base64 of the bytes 0 to 31. What is expected here was computed with Python's hmac and with openssl. */
const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
const body = '{"request_id":"r1","project":{"id":70}}';
const time = 1_795_190_400;

describe('the signature of a question', () => {
  it('is the one of the example that Standard Webhooks publishes', () => {
    const signed = signPing(
      ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
      'msg_p5jXN8AQM9LWM0D4loKWxJek',
      1_614_265_330,
      '{"test": 2432232314}',
    );
    expect(signed['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });

  it('is given as Standard Webhooks and as GitLab have it', () => {
    expect(signPing([secret], 'r1', time, body)).toEqual({
      'webhook-id': 'r1',
      'webhook-timestamp': '1795190400',
      'webhook-signature': 'v1,+pHF7BsDIVg1bdCyMgELS6ozW5WWsUETqbrr4U36Ex8=',
      'x-gitlab-signature': 'cb8043a8fa9423172dc7d959c1ccb4c3bb6751aba23111c4586afa31b3e33ca8',
    });
  });

  it('is made with both secrets while they change, the newest first', () => {
    const signed = signPing([secret, 'an older secret of 28 chars!'], 'r1', time, body);
    expect(signed['webhook-signature']).toBe(
      'v1,+pHF7BsDIVg1bdCyMgELS6ozW5WWsUETqbrr4U36Ex8= v1,pmEyMMivkzd9qOwi5U0yCG83TvNwBp4rBha8dS8qn70=',
    );
    expect(signed['x-gitlab-signature']).toMatch(/^cb8043a8/);
  });
});

describe('the signature of a callback', () => {
  const path = '/api/v1/projects/70/compliance_external_controls/312/status';
  const common = { timestamp: String(time), nonce: '0123456789abcdef0123456789abcdef', path };

  it.each([
    ['status=pass', '60f45deb811878d0535d5925c865fcb9c7ddee80877acce94958288d4b7ce4c7'],
    ['{"status":"pass"}', '7e5ca23f1d984a5b054a8ae86db0547b044301599a7bd4b773f3c48ba204f47e'],
  ])('is over timestamp, nonce, path and %s', (data, expected) => {
    expect(signCallback(secret, { ...common, data })).toBe(expected);
    expect(signCallback(secret, { ...common, data: Buffer.from(data) })).toBe(expected);
  });
});

it('makes secrets as Standard Webhooks writes them', () => {
  expect(webhookSecret(Buffer.from(Array.from({ length: 32 }, (_, i) => i)))).toBe(secret);
});
