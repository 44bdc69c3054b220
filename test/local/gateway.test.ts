import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { RouteModel } from '../../local/assembly/stack-model.ts';
import { startGateway } from '../../local/gateway/gateway.ts';
import type { LoopbackServer } from '../../local/loopback-server.ts';
import { TestFunctions } from '../support/function-code.ts';
import { type RecordedEvents, recordEvents } from '../support/recorded-events.ts';

/** Gives the event back, or does what the header `x-do` says. */
const CODE = `
const answers = {
  throw: () => { throw new Error('broken'); },
  slow: () => new Promise((resolve) => setTimeout(resolve, 2000)),
  text: () => 'just text',
  object: () => ({ just: 'data' }),
  created: () => ({ statusCode: 201, headers: { 'X-One': 1 }, cookies: ['a=1', 'b=2'], body: 'made' }),
  binary: () => ({ statusCode: 200, isBase64Encoded: true, body: Buffer.from([0, 255]).toString('base64') }),
  'bad-status': () => ({ statusCode: 'often' }),
  length: (event) => ({ statusCode: 200, body: String((event.body ?? '').length) }),
};
export const handler = async (event) => {
  const answer = answers[event.headers['x-do']];
  return answer ? answer(event) : { statusCode: 200, body: JSON.stringify(event) };
};`;

const ROUTE: RouteModel = {
  logicalId: 'Route',
  routeKey: 'POST /webhooks',
  apiId: 'api',
  stage: '$default',
  functionId: 'Function',
  timeoutMs: 1_000,
  permitted: true,
};

const functions = new TestFunctions();
let gateway: LoopbackServer;
let url: string;
let events: RecordedEvents;

beforeAll(async () => {
  const { fn } = await functions.create(CODE);
  events = recordEvents();
  const routes = [ROUTE, { ...ROUTE, routeKey: 'POST /forbidden', permitted: false }];
  gateway = await startGateway({ routes, functionOf: () => fn, observer: events.observer, port: 0 });
  url = `${gateway.url}/webhooks`;
});
afterAll(async () => {
  await gateway.close();
  await functions.cleanUp();
});

async function eventFor(
  body: string | Buffer<ArrayBuffer>,
  headers: Record<string, string> = {},
  query = '',
) {
  const response = await fetch(url + query, { method: 'POST', body, headers });
  expect(response.status).toBe(200);
  return (await response.json()) as APIGatewayProxyEventV2;
}

const ask = (what: string, body = '{}') => fetch(url, { method: 'POST', body, headers: { 'x-do': what } });

describe('the event', () => {
  test.each([
    ['application/json', false],
    ['Application/JSON; charset=utf-8', false],
    ['text/plain', false],
    ['application/xml', false],
    ['application/javascript', false],
    ['application/octet-stream', true],
    ['application/vnd.api+json', true],
    ['application/x-www-form-urlencoded', true],
  ])('of content type %s has its body in base64: %s', async (contentType, isBase64Encoded) => {
    const bytes = '{ "name" : "Zoë 😀",\r\n\t"n": 1.0 }\n';
    const event = await eventFor(bytes, { 'content-type': contentType });
    expect(event.isBase64Encoded).toBe(isBase64Encoded);
    expect(Buffer.from(event.body ?? '', isBase64Encoded ? 'base64' : 'utf8')).toEqual(Buffer.from(bytes));
  });

  test('carries bytes that are no text, in base64, exactly', async () => {
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const event = await eventFor(bytes);
    expect(event.isBase64Encoded).toBe(true);
    expect(Buffer.from(event.body ?? '', 'base64')).toEqual(bytes);
  });

  test('loses bytes that are no UTF-8 when the content type says text, as on AWS', async () => {
    const event = await eventFor(Buffer.from([0x61, 0xff]), { 'content-type': 'application/json' });
    expect(event).toMatchObject({ body: 'a\ufffd', isBase64Encoded: false });
  });

  test('has payload format 2.0', async () => {
    const event = await eventFor('{}', { 'user-agent': 'svix', 'Svix-Id': 'msg_1' }, '?a=1&b=x%20y&a=2');
    expect(event).toMatchObject({
      version: '2.0',
      routeKey: 'POST /webhooks',
      rawPath: '/webhooks',
      rawQueryString: 'a=1&b=x%20y&a=2',
      queryStringParameters: { a: '1,2', b: 'x y' },
      headers: { 'svix-id': 'msg_1', 'x-forwarded-for': '127.0.0.1', 'content-length': '2' },
      requestContext: {
        apiId: 'api',
        stage: '$default',
        routeKey: 'POST /webhooks',
        http: {
          method: 'POST',
          path: '/webhooks',
          protocol: 'HTTP/1.1',
          sourceIp: '127.0.0.1',
          userAgent: 'svix',
        },
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      },
    });
    expect(Math.abs(Date.now() - event.requestContext.timeEpoch)).toBeLessThan(10_000);
  });

  test('joins headers of one name with commas and takes cookies apart', async () => {
    const event = await new Promise<APIGatewayProxyEventV2>((resolve, reject) => {
      const headers = { 'x-many': ['one', 'two'], cookie: 'a=1; b=2', 'content-length': 0 };
      httpRequest(url, { method: 'POST', headers, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      })
        .on('error', reject)
        .end();
    });
    expect(event.headers['x-many']).toBe('one,two');
    expect(event.cookies).toEqual(['a=1', 'b=2']);
    expect(event.headers).not.toHaveProperty('cookie');
    expect(event).not.toHaveProperty('body');
  });
});

describe('the answer', () => {
  test('is the function’s status, headers, cookies and body', async () => {
    const response = await ask('created');
    expect(response.status).toBe(201);
    expect(response.headers.get('x-one')).toBe('1');
    expect(response.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(response.headers.get('apigw-requestid')).toEqual(expect.any(String));
    await expect(response.text()).resolves.toBe('made');
  });

  test.each([
    ['object', '{"just":"data"}'],
    ['text', 'just text'],
  ])('without a status is 200 with the whole result: %s', async (what, text) => {
    const response = await ask(what);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.text()).resolves.toBe(text);
  });

  test('decodes base64', async () => {
    const response = await ask('binary');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(Buffer.from([0, 255]));
  });

  test.each(['throw', 'bad-status'])('is 500 when the function fails: %s', async (what) => {
    const response = await ask(what);
    expect(response.status).toBe(500);
    await expect(response.json()).resolves.toEqual({ message: 'Internal Server Error' });
  });

  test('is 503 when the function takes too long', async () => {
    const response = await ask('slow');
    expect(response.status).toBe(503);
    await expect(response.json()).resolves.toEqual({ message: 'Service Unavailable' });
  });

  test('is 500 when the template does not let the API call the function', async () => {
    const response = await fetch(`${gateway.url}/forbidden`, { method: 'POST', body: '{}' });
    expect(response.status).toBe(500);
  });

  test.each([
    ['GET', '/webhooks'],
    ['POST', '/'],
    ['POST', '/webhooks/'],
    ['POST', '/webhooksx'],
  ])('is 404 for %s %s', async (method, path) => {
    const response = await fetch(gateway.url + path, { method });
    expect(response.status).toBe(404);
    await expect(response.json()).resolves.toEqual({ message: 'Not Found' });
  });
});

describe('limits', () => {
  const MEBIBYTE = 1024 * 1024;

  test('a body of 5 MB reaches the function', async () => {
    const response = await ask('length', 'x'.repeat(5 * MEBIBYTE));
    await expect(response.text()).resolves.toBe(String(5 * MEBIBYTE));
  });

  test('an event over 6 MB is refused by Lambda, which the client sees as 500', async () => {
    const response = await ask('length', 'x'.repeat(7 * MEBIBYTE));
    expect(response.status).toBe(500);
  });

  test('a body over 10 MB is 413', async () => {
    const response = await ask('length', 'x'.repeat(10 * MEBIBYTE + 1));
    expect(response.status).toBe(413);
    await expect(response.json()).resolves.toEqual({ message: 'Request Entity Too Large' });
  });
});

describe('broken clients', () => {
  function raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(gateway.port, '127.0.0.1', () => socket.end(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', () => resolve(answer));
    });
  }

  test('a body that ends early reaches nobody, and the gateway serves on', async () => {
    const before = events.of('request-answered').length;
    await raw('POST /webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf');
    expect(events.of('request-answered')).toHaveLength(before);
    expect((await ask('object')).status).toBe(200);
  });

  test('what is not HTTP is 400', async () => {
    await expect(raw('hello\r\n\r\n')).resolves.toMatch(/^HTTP\/1.1 400/);
  });
});

test('every answer is told to the observer', async () => {
  await (await ask('created')).text();
  await expect(events.next('request-answered', ({ status }) => status === 201)).resolves.toMatchObject({
    method: 'POST',
    path: '/webhooks',
    responseBody: 'made',
    requestHeaders: { 'x-do': 'created' },
  });
});
