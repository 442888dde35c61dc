import { describe, expect, it } from '@jest/globals';
import { isNetwork } from '@auditmesh/runtime';
import { AllowedAddresses } from './public-address.js';

describe('the addresses that are connected to', () => {
  const allowed = new AllowedAddresses();

  it.each([
    ...['127.0.0.1', '127.255.255.254', '0.0.0.0', '10.0.0.1', '100.64.0.1', '169.254.169.254', '172.16.0.1'],
    ...[
      '172.31.255.255',
      '192.168.1.1',
      '192.0.0.8',
      '198.18.0.1',
      '224.0.0.1',
      '240.0.0.1',
      '255.255.255.255',
    ],
    ...['::1', '::', 'fe80::1', 'fc00::1', 'fd12:3456::1', 'ff02::1', '2001:db8::1', 'fec0::1'],
    // Addresses of IPv4 within those of IPv6.
    ...[
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
      '::127.0.0.1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      '2001:0:1::1',
    ],
    ...['::ffff:0:127.0.0.1', '64:ff9b:1::a00:1', '100::1'],
    ...['', 'localhost', '127.1', '0x7f.1'],
  ])('do not include %s', (address) => {
    expect(allowed.allows(address)).toBe(false);
  });

  it.each([
    '1.1.1.1',
    '172.32.0.1',
    '172.15.255.255',
    '100.128.0.1',
    '11.0.0.1',
    '2606:4700::1111',
    '2a00::1',
  ])('include %s', (address) => {
    expect(allowed.allows(address)).toBe(true);
  });

  it('include what is allowed besides, and no more', () => {
    const besides = new AllowedAddresses(['10.1.0.0/16', 'fd00::/8']);
    expect(['10.1.2.3', 'fd00::1', '::ffff:10.1.2.3'].filter((a) => besides.allows(a))).toHaveLength(3);
    expect(['10.2.0.1', 'fe80::1', '127.0.0.1'].filter((a) => besides.allows(a))).toEqual([]);
  });
});

it('knows a network when it sees one', () => {
  expect(['10.0.0.0/8', '::/0', 'fd00::/8'].every(isNetwork)).toBe(true);
  expect(['10.0.0.0', '10.0.0.0/33', 'x/8', '10.0.0.0/8/8', '10.0.0.0/', 'fd00::/129'].some(isNetwork)).toBe(
    false,
  );
});
