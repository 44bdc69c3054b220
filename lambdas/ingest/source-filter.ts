import { BlockList, isIP } from 'node:net';
import { ConfigurationError } from '../runtime/environment.ts';

const FAMILY: Readonly<Record<number, 'ipv4' | 'ipv6'>> = { 4: 'ipv4', 6: 'ipv6' };
const MAX_PREFIX = { ipv4: 32, ipv6: 128 } as const;

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  // `isIP` takes a zone (fe80::1%eth0), which has no meaning for the address that API Gateway reports.
  return address.includes('%') ? undefined : FAMILY[isIP(address)];
}

/**
 * Whether a request's source address may call. In code, because an HTTP API has neither WAF nor a resource
 * policy.
 *
 * @param allowed - comma-separated addresses or CIDR blocks, IPv4 and IPv6; `undefined` lets anyone call
 * @throws {ConfigurationError} for an entry that is neither, and for a list without any entry: an empty list
 *   must not mean "anyone"
 */
export function createSourceFilter(allowed: string | undefined): (address: string) => boolean {
  if (allowed === undefined) {
    return () => true;
  }
  const list = new BlockList();
  const entries = allowed
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  if (entries.length === 0) {
    throw new ConfigurationError('the list of allowed sources is empty');
  }
  for (const entry of entries) {
    addEntry(list, entry);
  }
  return (address) => {
    const family = familyOf(address);
    // The list matches an IPv4-mapped IPv6 address (::ffff:192.0.2.1) against its IPv4 entries too.
    return family !== undefined && list.check(address, family);
  };
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = familyOf(address);
  if (family === undefined || rest.length > 0) {
    throw new ConfigurationError(`allowed source ${entry} is neither an address nor a CIDR block`);
  }
  if (prefix === undefined) {
    list.addAddress(address, family);
    return;
  }
  const bits = /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN;
  // Not turned round: NaN is no prefix either.
  if (!(bits <= MAX_PREFIX[family])) {
    throw new ConfigurationError(`allowed source ${entry} has a prefix outside 0 to ${MAX_PREFIX[family]}`);
  }
  list.addSubnet(address, bits, family);
}
