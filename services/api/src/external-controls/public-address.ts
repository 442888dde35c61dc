import { BlockList, isIP } from 'node:net';

/** What lies in no network of the public: RFC 6890 and its successors, and multicast. */
const NOT_PUBLIC_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];
/** Of IPv6 only this is given out to the public, ... */
const PUBLIC_V6 = ['2000::/3'];
/** ... but for documents, protocols, and addresses that lead to one of IPv4, which may be private. */
const NOT_PUBLIC_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const notPublic = networks([...NOT_PUBLIC_V4, ...NOT_PUBLIC_V6]);
const publicV6 = networks(PUBLIC_V6);

/** Which addresses may be connected to: those of the public, and networks that are allowed besides. */
export class AllowedAddresses {
  private readonly besides: BlockList;

  /** @param besides networks such as 10.1.0.0/16 */
  constructor(besides: readonly string[] = []) {
    this.besides = networks(besides);
  }

  allows(address: string): boolean {
    const version = isIP(address);
    if (!version) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (this.besides.check(address, family)) return true;
    if (notPublic.check(address, family)) return false;
    return version === 4 || publicV6.check(address, family);
  }
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address, length] = text.split('/') as [string, string];
    list.addSubnet(address, Number(length), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
