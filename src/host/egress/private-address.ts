import { BlockList, isIP } from 'node:net';

/** What an address is for. Only `public` ones are reached without being named in the allow-list. */
export type AddressKind = 'public' | SpecialKind;

type SpecialKind =
  | 'unspecified'
  | 'loopback'
  | 'private'
  | 'shared'
  | 'link-local'
  | 'metadata'
  | 'multicast'
  | 'reserved';

type Subnet = readonly [network: string, prefix: number, kind: SpecialKind];

// The special-purpose address registries of IANA (RFC 6890), and what cloud providers added to
// them.
const IPV4_SUBNETS: readonly Subnet[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'shared'],
  ['127.0.0.0', 8, 'loopback'],
  ['169.254.169.254', 32, 'metadata'],
  ['169.254.0.0', 16, 'link-local'],
  // The platform address of one provider lies in public space; it serves credentials of the
  // machine.
  ['168.63.129.16', 32, 'metadata'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

const IPV6_SUBNETS: readonly Subnet[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  // RFC 4291 §2.5.5.1: IPv4-compatible addresses, long dead.
  ['::', 96, 'reserved'],
  ['64:ff9b:1::', 48, 'private'],
  ['100::', 64, 'reserved'],
  ['100:0:0:1::', 64, 'reserved'],
  // Protocol assignments, Teredo among them, which carries an IPv4 address.
  ['2001::', 23, 'reserved'],
  ['2001:db8::', 32, 'reserved'],
  // RFC 3056: 6to4 carries an IPv4 address.
  ['2002::', 16, 'reserved'],
  ['3fff::', 20, 'reserved'],
  ['5f00::', 16, 'reserved'],
  ['fd00:ec2::254', 128, 'metadata'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
];

interface Row {
  readonly kind: SpecialKind;
  readonly list: BlockList;
}

function row([network, prefix, kind]: Subnet): Row {
  const list = new BlockList();
  if (isIP(network) === 6) {
    list.addSubnet(network, prefix, 'ipv6');
    return { kind, list };
  }
  list.addSubnet(network, prefix, 'ipv4');
  // RFC 6052 §2.1: the same address as a NAT64 resolver writes it. IPv4-mapped addresses (RFC 4291
  // §2.5.5.2) need no rule of their own, BlockList sees through them.
  list.addSubnet(`64:ff9b::${network}`, 96 + prefix, 'ipv6');
  return { kind, list };
}

/** In the order of the tables: the first that matches decides. */
const ROWS: readonly Row[] = [...IPV4_SUBNETS, ...IPV6_SUBNETS].map(row);

/**
 * The kind of an IPv4 or IPv6 address; IPv4 inside IPv6 counts as what it carries. What is no
 * address is `reserved`.
 */
export function addressKind(address: string): AddressKind {
  const family = isIP(address);
  // RFC 4007 §11: a zone is meaningful for link-local addresses only.
  if (address.includes('%')) return 'link-local';
  if (family === 0) return 'reserved';
  const type = family === 6 ? 'ipv6' : 'ipv4';
  return ROWS.find(({ list }) => list.check(address, type))?.kind ?? 'public';
}
