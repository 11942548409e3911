import ipaddr from 'ipaddr.js';

/** How much of an IPv6 address counts, in 16-bit parts: the 64 bits that one network has. Whoever has one address there has all of them. */
const countedParts = 4;

/**
 * What requests of an address are counted by: an IPv4 address, the network of an IPv6 one.
 *
 * @param claimed what trusted proxies say, or the peer itself
 * @param peer the other end of the connection; it counts where a proxy passed on something that is no address
 */
export function callerAddress(claimed: string, peer: string | undefined): string {
  const given = [claimed, peer].find((text) => text !== undefined && ipaddr.isValid(text));
  if (given === undefined) return 'unknown';
  const address = ipaddr.process(given);
  return address instanceof ipaddr.IPv6
    ? address.parts
        .slice(0, countedParts)
        .map((part) => part.toString(16))
        .join(':')
    : address.toString();
}

/** The addresses and ranges of a comma list, and what in it is neither. A range that holds every address would believe everybody. */
export function addressRanges(text: string): { readonly ranges: string[]; readonly bad: string[] } {
  const listed = text.split(',').map((one) => one.trim());
  const given = listed.filter((one) => one !== '');
  const isRange = (one: string): boolean =>
    ipaddr.isValid(one) || (ipaddr.isValidCIDR(one) && ipaddr.parseCIDR(one)[1] > 0);
  return { ranges: given.filter(isRange), bad: given.filter((one) => !isRange(one)) };
}
