import { expect, test } from '@jest/globals';
import { contentKey, contentOf } from '../../lambdas/events/content-key.ts';
import { samples, syncVariants } from '../../lambdas/events/samples.ts';

test.each([
  ['sync.complete', /^sync\.[\w-]+$/, true],
  ['connection.deleted', /^connection\.[\w-]+$/, true],
  ['connection.created', /^created\.hubspot\.example-customer$/, false],
  ['object.field_mapping.created', /^field\.[\w-]+\.\w+\.\w+$/, false],
  ['object.field_mapping.updated', /^field\.[\w-]+\.\w+\.\w+$/, false],
  ['entity.entity_mapping.created', /^entity\.[\w-]+\.[\w-]+$/, false],
  ['entity.entity_mapping.updated', /^entity\.[\w-]+\.[\w-]+$/, false],
  ['entity.entity_mapping.deleted', /^entity\.[\w-]+\.[\w-]+$/, false],
] as const)('%s tells of %s', (type, key, happensOnce) => {
  expect(contentOf({ ...samples[type] })).toEqual({ key: expect.stringMatching(key), happensOnce });
});

test('a sync that failed is a run that ended, all the same', () => {
  expect(contentOf(syncVariants.error)).toEqual({
    key: `sync.${syncVariants.error.run_id}`,
    happensOnce: true,
  });
});

test.each([
  ['a pause', samples['sync.paused']],
  ['an attempt that failed', { ...samples['connection.deleted'], result: 'ERROR' }],
  ['an attempt without a result', { ...samples['connection.created'], result: undefined }],
  ['a sync without its run', { ...samples['sync.complete'], run_id: undefined }],
  ['a mapping without its entity', { ...samples['entity.entity_mapping.created'], entity_id: '' }],
  ['another event', { webhook_event_type: 'account.created', result: 'SUCCESS' }],
  [
    'one that only holds the name of a mapping',
    {
      webhook_event_type: 'my.entity.entity_mapping.',
      result: 'SUCCESS',
      connection_id: 'c',
      entity_id: 'e',
      object_type: 'o',
      object_name: 'n',
    },
  ],
  [
    'one that only holds the name of another',
    {
      webhook_event_type: 'my.object.field_mapping.',
      result: 'SUCCESS',
      connection_id: 'c',
      entity_id: 'e',
      object_type: 'o',
      object_name: 'n',
    },
  ],
  ['no type', { result: 'SUCCESS', run_id: 'r' }],
  ['no object', null],
])('nothing that a listing could tell: %s', (_what, event) => {
  expect(contentOf(event)).toBeUndefined();
});

test('no name joins its neighbour, and none is too long', () => {
  expect(contentKey('field', 'a.b', 'c')).toBe('field.a%2Eb.c');
  expect(contentKey('field', 'a', 'b.c')).toBe('field.a.b.c');
  expect(contentKey('field', 'a/b c', 'ü\uD800')).toBe('field.a%2Fb%20c.%C3%BC%EF%BF%BD');
  expect(contentKey('sync', 'x'.repeat(401))).toBe(`sync.${'x'.repeat(400)}`);
});
