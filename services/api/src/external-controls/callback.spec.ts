import { describe, expect, it } from '@jest/globals';
import { refusalOf, statusGiven, type Callback } from './callback.js';
import { signCallback } from './signatures.js';

const secret = 'a secret for the tests only';
const now = 1_795_190_400_000;
const path = '/api/v1/projects/70/compliance_external_controls/312/status';
const nonce = '0123456789abcdef0123456789abcdef';
const form = { value: 'pass', isInBody: true };

/** A callback that is signed as it must be, but for what is changed afterwards. */
function signed(change: Partial<Callback> = {}, by = secret, at = now): Callback {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = signCallback(by, { timestamp, nonce, path, data: 'status=pass' });
  const plain = { projectId: '70', controlId: '312', path, timestamp, nonce, signature };
  return { ...plain, body: Buffer.from('{"status":"pass"}'), status: form, ...change };
}
const refusal = (callback: Callback, secrets = [secret], windowS = 15) =>
  refusalOf(callback, secrets, now, windowS);

describe('a callback', () => {
  it('is taken with a signature of the verdict as GitLab has it, or of the body', () => {
    expect(refusal(signed())).toBeUndefined();
    const { timestamp, body } = signed();
    const signature = signCallback(secret, { timestamp: String(timestamp), nonce, path, data: body });
    expect(refusal(signed({ signature }))).toBeUndefined();
    expect(refusal(signed({ signature: signature.toUpperCase() }))).toBeUndefined();
  });

  it('is taken with either secret while they change', () => {
    expect(refusal(signed(), ['a newer secret', secret])).toBeUndefined();
    expect(refusal(signed(), ['a newer secret'])).toBe('signature');
  });

  it.each([
    [-15_000, undefined],
    [15_000, undefined],
    [-16_000, 'timestamp'],
    [16_000, 'timestamp'],
  ])('whose time is %d ms from ours gives %s with a window of 15 s', (difference, expected) => {
    expect(refusal(signed({}, secret, now + difference))).toBe(expected);
  });

  it.each<[string, Partial<Callback>]>([
    ['another status', { status: { value: 'fail', isInBody: true }, body: Buffer.from('{"status":"fail"}') }],
    ['another project', { path: path.replace('70', '71') }],
    ['another control', { path: path.replace('312', '313') }],
    ['another nonce', { nonce: nonce.replace('0', '1') }],
    ['another time', { timestamp: String(now / 1_000 + 1) }],
    ['another signature', { signature: '0'.repeat(64) }],
  ])('is refused with %s than was signed', (_what, change) => {
    expect(refusal(signed(change))).toBe('signature');
  });

  it('is refused if only an empty body was signed, and the verdict stands in the query', () => {
    const body = Buffer.alloc(0);
    const { timestamp } = signed();
    const signature = signCallback(secret, { timestamp: String(timestamp), nonce, path, data: body });
    const status = { value: 'pass', isInBody: false };
    expect(refusal(signed({ body, status, signature }))).toBe('signature');
  });

  it('is refused of a control that nobody knows, also when it is signed with what stands for its secret', () => {
    expect(refusal(signed(), [])).toBe('control');
    const guess = 'a secret that nobody has, since what it signs is refused';
    expect(refusal(signed({}, guess), [])).toBe('control');
  });

  it.each<[string, Partial<Callback>]>([
    ['no time', { timestamp: undefined }],
    ['a time that is none', { timestamp: '17951904e1' }],
    ['a time of eleven digits, which could borrow one of the nonce', { timestamp: '17951904000' }],
    ['two times', { timestamp: ['1795190400', '1795190400'] }],
    ['a short nonce', { nonce: nonce.slice(1) }],
    ['a nonce with a slash, which could be a part of the path', { nonce: `${nonce.slice(1)}/` }],
    ['a signature that is no hexadecimal', { signature: 'x'.repeat(64) }],
    ['no signature', { signature: undefined }],
  ])('is refused with %s', (_what, change) => {
    expect(refusal(signed(change))).toBe('headers');
  });
});

describe('the verdict', () => {
  it('is read from JSON, a form, or the query', () => {
    expect(statusGiven({ status: 'pass' }, {})).toEqual({ value: 'pass', isInBody: true });
    expect(statusGiven('status=fail&x=1', { status: 'pass' })).toEqual({ value: 'fail', isInBody: true });
    expect(statusGiven(undefined, { status: 'pass' })).toEqual({ value: 'pass', isInBody: false });
    expect(statusGiven(null, Object.create(null))).toEqual({ value: undefined, isInBody: false });
    expect(statusGiven([1], 'x')).toEqual({ value: undefined, isInBody: false });
  });
});
