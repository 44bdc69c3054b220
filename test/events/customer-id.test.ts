import { expect, test } from '@jest/globals';
import { normaliseCustomerId } from '../../lambdas/events/customer-id.ts';

const APPLICATION = '00000000-0000-4000-8000-00000000000A';

test.each([
  ['connection.deleted', `${APPLICATION}:customer`, 'customer'],
  ['connection.deleted', `${APPLICATION}:a:b\nc`, 'a:b\nc'],
  ['connection.deleted', `${APPLICATION}:${APPLICATION}:c`, `${APPLICATION}:c`],
  ['connection.deleted', `${APPLICATION}:`, `${APPLICATION}:`],
  ['connection.deleted', `x${APPLICATION}:customer`, `x${APPLICATION}:customer`],
  ['connection.deleted', `${APPLICATION.toLowerCase()}:customer`, 'customer'],
  ['connection.deleted', 'customer', 'customer'],
  ['connection.deleted', 'team:customer', 'team:customer'],
  // An external id may look like the stored form.
  ['connection.created', `${APPLICATION}:customer`, `${APPLICATION}:customer`],
  ['sync.complete', `${APPLICATION}:customer`, `${APPLICATION}:customer`],
])('%s: %j is %j', (eventType, sent, id) => {
  expect(normaliseCustomerId(eventType, sent)).toBe(id);
});
