import { addressRanges, callerAddress } from './caller-address.ts';

describe('the address that requests are counted by', () => {
  it.each([
    ['an IPv4 address', '192.0.2.7', '192.0.2.7'],
    ['the same written as IPv6', '::ffff:192.0.2.7', '192.0.2.7'],
    ['the network of an IPv6 address', '2001:db8:1:2:aaaa::1', '2001:db8:1:2'],
    ['the same for another host of it', '2001:db8:1:2::7', '2001:db8:1:2'],
    ['this machine', '::1', '0:0:0:0'],
  ])('is %s', (_, claimed, counted) => {
    expect(callerAddress(claimed, '203.0.113.1')).toBe(counted);
  });

  it('is that of the peer where a proxy passed on what is no address, and one for all without either', () => {
    expect(callerAddress('unknown', '203.0.113.1')).toBe('203.0.113.1');
    expect(callerAddress('x'.repeat(9_000), undefined)).toBe('unknown');
  });
});

it('takes addresses and ranges as trusted, and neither names nor everybody', () => {
  expect(addressRanges(' 10.0.0.7, 10.1.0.0/16,, fd00::/8 ')).toEqual({
    ranges: ['10.0.0.7', '10.1.0.0/16', 'fd00::/8'],
    bad: [],
  });
  const bad = ['loopback', 'proxy.example', '0.0.0.0/0', '::/0', '10.0.0.0/33', 'true'];
  expect(addressRanges(bad.join())).toEqual({ ranges: [], bad });
});
