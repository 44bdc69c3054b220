import { describe, expect, test } from '@jest/globals';
import { createSourceFilter } from '../../lambdas/ingest/source-filter.ts';

describe('createSourceFilter', () => {
  const isAllowed = createSourceFilter(' 192.0.2.10, 198.51.100.0/24 ,2001:db8::/32,2001:db9::1');

  test.each([
    '192.0.2.10',
    '198.51.100.0',
    '198.51.100.255',
    '2001:db8::1',
    '2001:0db8:ffff::',
    '2001:db9:0:0::1',
    '::ffff:192.0.2.10',
    '::ffff:c633:6401',
  ])('lets %s call', (address) => {
    expect(isAllowed(address)).toBe(true);
  });

  test.each([
    '192.0.2.11',
    '198.51.101.0',
    '2001:db9::2',
    '::ffff:192.0.2.11',
    '::192.0.2.10',
    '',
    'unknown',
    '192.0.2.10, 203.0.113.1',
    '192.0.2.010',
    '2001:db8::1%eth0',
  ])('refuses %j', (address) => {
    expect(isAllowed(address)).toBe(false);
  });

  test('without a list anyone may call', () => {
    expect(createSourceFilter(undefined)('203.0.113.7')).toBe(true);
  });

  test('a block may be one address, and a comma may end the list', () => {
    const isOne = createSourceFilter('192.0.2.10/32,,2001:db8::1/128,');
    expect(['192.0.2.10', '192.0.2.11', '2001:db8::1', '2001:db8::2'].map(isOne)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  test('an IPv4 address and its mapped form are one', () => {
    expect(createSourceFilter('0.0.0.0/0')('::ffff:203.0.113.7')).toBe(true);
    expect(createSourceFilter('::ffff:203.0.113.7')('203.0.113.7')).toBe(true);
    expect(createSourceFilter('2000::/3')('203.0.113.7')).toBe(false);
  });

  test.each([
    '',
    ' , ',
    'example.com',
    '192.0.2.0/33',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/+8',
    '192.0.2.0/0x8',
    '192.0.2.0/1e1',
    '2001:db8::/129',
    '192.0.2.0/24/1',
    '300.0.0.1',
    'fe80::1%eth0',
    'fe80::%eth0/64',
  ])('refuses the configuration %j', (list) => {
    expect(() => createSourceFilter(list)).toThrow(expect.objectContaining({ code: 'configuration' }));
  });
});
