import { describe, expect, test } from '@jest/globals';
import type { StandardSchemaV1 } from '@standard-schema/spec';
import * as zod from 'zod';
import { PING_EVENT_TYPE } from '../../lambdas/contract/message.ts';
import { openAi } from '../../lambdas/events/sources.ts';
import { type EventName, EventRouter, RegistrationError } from '../../lambdas/router/index.ts';
import { contextOf } from './handler-context.ts';

const nothing = () => {};
const namesFor = (router: EventRouter, type: string) => router.handlersFor(type).map(({ name }) => name);

function schemaOf<Output>(
  validate: (value: unknown) => StandardSchemaV1.Result<Output> | Promise<StandardSchemaV1.Result<Output>>,
): StandardSchemaV1<unknown, Output> {
  return { '~standard': { version: 1, vendor: 'test', validate } };
}

describe('routing', () => {
  const router = new EventRouter()
    .onAny('first-audit', nothing)
    .on('sync.complete', 'alert', nothing)
    .on(['sync.complete', 'sync.paused', 'sync.complete'], 'several', nothing)
    .onAny('second-audit', nothing);

  test('handlers come in the order of registration, those of any event last', () => {
    expect(namesFor(router, 'sync.complete')).toEqual(['alert', 'several', 'first-audit', 'second-audit']);
    expect(namesFor(router, 'sync.paused')).toEqual(['several', 'first-audit', 'second-audit']);
  });

  test('types without a handler of their own reach those of any event', () => {
    expect(namesFor(router, 'connection.created')).toEqual(['first-audit', 'second-audit']);
    expect(namesFor(router, 'account.create')).toEqual(['first-audit', 'second-audit']);
    expect(namesFor(router, 'unknown')).toEqual(['first-audit', 'second-audit']);
  });

  test('the ping reaches its built-in handler alone', () => {
    expect(namesFor(router, PING_EVENT_TYPE)).toEqual(['ping']);
  });

  test('an empty router handles the ping and nothing else', () => {
    const empty = new EventRouter();
    expect(namesFor(empty, PING_EVENT_TYPE)).toEqual(['ping']);
    expect(namesFor(empty, 'sync.complete')).toEqual([]);
  });

  test('a handler gets what it was called with', async () => {
    const seen: unknown[] = [];
    const [handler] = new EventRouter()
      .on('sync.paused', 'see', ({ event }) => void seen.push(event))
      .handlersFor('sync.paused');
    await handler?.handle(contextOf('the event'));
    expect(seen).toEqual(['the event']);
  });

  test('two routers do not share anything', async () => {
    const withSchemaThatSays = (says: string) =>
      new EventRouter().on('sync.complete', says, nothing).define(
        'own.type',
        schemaOf(() => ({ value: says })),
      );
    const [one, other] = [withSchemaThatSays('one'), withSchemaThatSays('other')];
    expect([one, other].map((router) => namesFor(router, 'sync.complete'))).toEqual([['one'], ['other']]);
    expect(await one.validate('own.type', {})).toEqual({ ok: true, event: 'one' });
    expect(await other.validate('own.type', {})).toEqual({ ok: true, event: 'other' });
  });
});

describe('refused at load', () => {
  test.each(['', 'with space', 'dot.ted', 'ü', 'a'.repeat(65), 'line\n'])('handler name %j', (name) => {
    const error = /must be 1 to 64 letters/;
    expect(() => new EventRouter().on('sync.complete', name, nothing)).toThrow(error);
    expect(() => new EventRouter().onAny(name, nothing)).toThrow(error);
  });

  test.each([undefined, null, 7, ['audit']])('a handler name that is no text: %j', (name) => {
    expect(() => new EventRouter().onAny(name as never, nothing)).toThrow(/must be 1 to 64 letters/);
  });

  test.each(['constructor', 'toString', 'valueOf'])('%s, which every object has', (name) => {
    expect(() => new EventRouter().onAny(name, nothing)).toThrow(/a property of every JavaScript object/);
  });

  test.each(['a', 'A-Z_09', 'x'.repeat(64), 'proto'])('handler name %j is fine', (name) => {
    expect(namesFor(new EventRouter().on('sync.complete', name, nothing), 'sync.complete')).toEqual([name]);
  });

  test('a handler name that is taken, for whichever type', () => {
    const router = new EventRouter().on('sync.complete', 'twice', nothing).onAny('audit', nothing);
    expect(() => router.on('sync.paused', 'twice', nothing)).toThrow(/"twice" is registered twice/);
    expect(() => router.onAny('twice', nothing)).toThrow(RegistrationError);
    expect(() => router.on('sync.paused', 'audit', nothing)).toThrow(/"audit" is registered twice/);
    expect(namesFor(router, 'sync.paused')).toEqual(['audit']);
  });

  test('the name of the built-in handler', () => {
    expect(() => new EventRouter().on('sync.complete', 'ping', nothing)).toThrow(/built in/);
    expect(() => new EventRouter().onAny('ping', nothing)).toThrow(/built in/);
  });

  test('another handler of the ping', () => {
    const router = new EventRouter();
    expect(() => router.on(PING_EVENT_TYPE as EventName, 'mine', nothing)).toThrow(/takes no other/);
    expect(namesFor(router, PING_EVENT_TYPE)).toEqual(['ping']);
  });

  test('an empty list of types', () => {
    expect(() => new EventRouter().on([], 'nothing', nothing)).toThrow(/empty list/);
  });

  test.each(['sync.completed', '__proto__', 'constructor', 'toString'])('the unknown type %s', (type) => {
    const router = new EventRouter();
    expect(() => router.on(['sync.complete', type as EventName], 'x', nothing)).toThrow(/unknown event type/);
    expect(namesFor(router, 'sync.complete')).toEqual([]);
  });

  test('a handler that is no function', () => {
    expect(() => new EventRouter().onAny('x', undefined as unknown as () => void)).toThrow(
      '"x" is not a function',
    );
  });
});

describe('define', () => {
  const invoice = schemaOf<{ total: number }>((value) =>
    typeof value === 'object' && value !== null && 'total' in value && typeof value.total === 'number'
      ? { value: { total: value.total * 2 } }
      : { issues: [{ message: 'must be a number', path: ['lines', { key: 0 }, 'total'] }] },
  );

  test('makes a type known: its handlers get what the schema returns', async () => {
    const router = new EventRouter().define('invoice.paid', invoice).on('invoice.paid', 'book', nothing);
    expect(router.handlersFor('invoice.paid').map(({ name }) => name)).toEqual(['book']);
    expect(await router.validate('invoice.paid', { total: 3 })).toEqual({ ok: true, event: { total: 6 } });
  });

  test('issues name the path', async () => {
    expect(await new EventRouter().define('invoice.paid', invoice).validate('invoice.paid', {})).toEqual({
      ok: false,
      issues: ['lines.0.total: must be a number'],
    });
  });

  test('a schema may be asynchronous', async () => {
    const router = new EventRouter().define(
      'slow.type',
      schemaOf(async (value) => (value === 1 ? { value: 'one' } : { issues: [{ message: 'not one' }] })),
    );
    expect(await router.validate('slow.type', 1)).toEqual({ ok: true, event: 'one' });
    expect(await router.validate('slow.type', 2)).toEqual({ ok: false, issues: ['payload: not one'] });
  });

  test('what it returns is frozen, all the way down; what has methods is left as it is', async () => {
    const made = { list: [{ deep: 1 }], at: new Date(0), bytes: Buffer.from('x') };
    const router = new EventRouter().define(
      'deep.type',
      schemaOf(() => ({ value: made })),
    );
    expect(await router.validate('deep.type', {})).toEqual({ ok: true, event: made });
    const strict = (change: () => void) => expect(change).toThrow(TypeError);
    strict(() => (made.list[0] as { deep: number }).deep++);
    strict(() => made.list.push({ deep: 2 }));
    strict(() => Object.assign(made, { more: 1 }));
    made.at.setTime(1);
    made.bytes[0] = 0;
  });

  test('takes a schema of the full zod, too', async () => {
    const router = new EventRouter().define('account.create', zod.object({ id: zod.string() }));
    expect(await router.validate('account.create', { id: 'a' })).toEqual({
      ok: true,
      event: { id: 'a' },
    });
    expect(await router.validate('account.create', {})).toEqual({
      ok: false,
      issues: ['id: Invalid input: expected string, received undefined'],
    });
  });

  test('takes a schema that is a function, as ArkType has them', async () => {
    const callable = Object.assign(
      () => {},
      schemaOf(() => ({ value: 'called' })),
    );
    const router = new EventRouter().define('own.type', callable);
    expect(await router.validate('own.type', {})).toEqual({ ok: true, event: 'called' });
  });

  test('what a schema throws comes through', () => {
    const router = new EventRouter().define(
      'broken.type',
      schemaOf(() => {
        throw new Error('lookup failed');
      }),
    );
    expect(() => router.validate('broken.type', {})).toThrow('lookup failed');
  });

  test('many and long issues are cut', async () => {
    const issues = Array.from({ length: 50 }, () => ({ message: 'm'.repeat(1_000) }));
    const result = await new EventRouter()
      .define(
        'bad.type',
        schemaOf(() => ({ issues })),
      )
      .validate('bad.type', {});
    expect(result.ok ? [] : result.issues.map((issue) => issue.length)).toEqual(Array(20).fill(300));
  });

  test.each([
    ['sync.complete', /defined already/],
    [PING_EVENT_TYPE, /reserved/],
    ['unknown', /reserved/],
    ['constructor', /reserved/],
    ['', /needs a name/],
    [7, /needs a name/],
    [undefined, /needs a name/],
  ])('the type %j is refused', (type, message) => {
    expect(() => new EventRouter().define(type as 'own.type', invoice)).toThrow(message);
  });

  test('a type is not defined twice', () => {
    const router: EventRouter = new EventRouter();
    router.define('own.type', invoice);
    expect(() => router.define('own.type', invoice)).toThrow(RegistrationError);
  });

  test.each([
    [undefined],
    [null],
    [{}],
    [{ '~standard': null }],
    [{ '~standard': { validate: 1 } }],
    [nothing],
  ])('a schema that is none is refused (%#)', (schema) => {
    expect(() => new EventRouter().define('own.type', schema as unknown as StandardSchemaV1)).toThrow(
      /not a Standard Schema/,
    );
  });
});

describe('events of an unknown type', () => {
  const router = new EventRouter().onAny('audit', nothing);

  test('pass through as they are', async () => {
    const event = { webhook_event_type: 'account.create', deep: { a: [1, null] } };
    expect(await router.validate('account.create', event)).toEqual({ ok: true, event });
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('%s is one', async (type) => {
    const event = { webhook_event_type: type };
    expect(await router.validate(type, event)).toEqual({ ok: true, event });
    expect(namesFor(router, type)).toEqual(['audit']);
  });

  test.each([[[]], ['text'], [null], [7], [{}], [{ webhook_event_type: 7 }]])(
    '%j is refused: onAny is promised an object with its type',
    async (payload) => {
      expect(await router.validate('unknown', payload)).toMatchObject({ ok: false });
    },
  );
});

describe('sources', () => {
  const thing = openAi.schemas['response.completed'];
  const nothing = () => undefined;

  test.each<[string, () => unknown, string]>([
    ['a name with a colon', () => new EventRouter().from('a:b', openAi), 'is taken, or must match'],
    ['a name in capitals', () => new EventRouter().from('OpenAI', openAi), 'is taken, or must match'],
    [
      'a name of 33 characters',
      () => new EventRouter().from('a'.repeat(33), openAi),
      'is taken, or must match',
    ],
    [
      'a type that no attribute can hold',
      () => new EventRouter().from('a', { type: 'type', schemas: { 'a b': thing } }),
      'event type "a b" must match',
    ],
    [
      'such a type, defined afterwards',
      () => new EventRouter().from('a', openAi).define('a b', thing),
      'event type "a b" must match',
    ],
    [
      'a schema that is none',
      () => new EventRouter().from('a', { type: 'type', schemas: { thing: {} as never } }),
      'is not a Standard Schema',
    ],
    [
      'a source whose name begins a type of Supaglue’s',
      () => new EventRouter().define('acme:invoice', thing).from('acme', openAi),
      'begins as those of source "acme"',
    ],
    [
      'such a type of Supaglue’s, defined afterwards',
      () => {
        const router = new EventRouter();
        router.from('acme', openAi);
        return router.define('acme:invoice', thing);
      },
      'begins as those of source "acme"',
    ],
    [
      'a source twice',
      () => {
        const router = new EventRouter();
        router.from('a', openAi);
        return router.from('a', openAi);
      },
      'is taken, or must match',
    ],
    [
      'a handler name of another source',
      () => {
        const router = new EventRouter().onAny('one', nothing);
        return router.from('a', openAi).on('response.completed', 'one', nothing);
      },
      'is registered twice',
    ],
  ])('%s is refused', (_, make, problem) => {
    expect(make).toThrow(problem);
  });

  test('are told with what is registered, apart from Supaglue’s', () => {
    const router = new EventRouter().on('sync.complete', 'ours', nothing).onAny('any', nothing);
    router.from('a', openAi).on('response.completed', 'theirs', nothing).onAny('all-theirs', nothing);
    expect(router.registrations()).toEqual({
      byType: { 'sync.complete': ['ours'], 'a:response.completed': ['theirs'] },
      any: ['any'],
      sources: { a: { type: 'type', any: ['all-theirs'] } },
    });
    expect([...router.sources]).toEqual([['a', { type: 'type' }]]);
    const names = (eventType: string) => router.handlersFor(eventType).map(({ name }) => name);
    expect(names('a:response.completed')).toEqual(['theirs', 'all-theirs']);
    expect(names('a:unheard.of')).toEqual(['all-theirs']);
    expect(names('response.completed')).toEqual(['any']);
    expect(names('b:response.completed')).toEqual(['any']);
    expect(new EventRouter().registrations()).not.toHaveProperty('sources');
  });

  test('a type is defined for one source alone', () => {
    const router = new EventRouter();
    router.from('a', openAi).define('own.thing', thing).on('own.thing', 'own', nothing);
    expect(() => router.on('own.thing' as never, 'other', nothing)).toThrow('unknown event type');
  });
});
