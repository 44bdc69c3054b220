import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Notice } from '../../lambdas/alerts/message.ts';
import { pagerDuty } from '../../lambdas/alerts/pagerduty.ts';
import { slack } from '../../lambdas/alerts/slack.ts';
import { createWebhookPublisher } from '../../lambdas/alerts/webhook.ts';
import { noticeOf } from './notice.ts';
import { type AlertReceiver, answer, startAlertReceiver } from './receiver.ts';

// Of the right form, and nobody's.
const ROUTING_KEY = 'exampleexampleexampleexample0001';
const OTHER_KEY = 'exampleexampleexampleexample0002';
const PATH = '/services/TEXAMPLE/BEXAMPLE/example-token-of-nobody';

let receiver: AlertReceiver;
let nowMs: number;
let stored: string | undefined;
let reads: number;

beforeEach(async () => {
  receiver = await startAlertReceiver();
  nowMs = Date.UTC(2026, 10, 24);
  stored = `${receiver.url}${PATH}`;
  reads = 0;
});
afterEach(() => receiver.stop());

const fetchSecret = async () => {
  reads += 1;
  return stored;
};
const publisher = (service = slack, requestTimeoutMs?: number) =>
  createWebhookPublisher({
    service,
    fetchSecret,
    nowMs: () => nowMs,
    ...(requestTimeoutMs === undefined ? {} : { requestTimeoutMs }),
  });
const signal = new AbortController().signal;
const post = (publish = publisher(), notice: Notice = noticeOf()) => publish(notice, { signal });
const failure = async (publishing: Promise<void>): Promise<Error & Record<string, unknown>> => {
  const error: unknown = await publishing.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  return error as Error & Record<string, unknown>;
};
const pagerDutySecret = (key: string) =>
  JSON.stringify({ routing_key: key, url: `${receiver.url}/v2/enqueue` });

describe('what is posted', () => {
  test('to PagerDuty: an event of its Events API v2', async () => {
    stored = pagerDutySecret(ROUTING_KEY);
    receiver.answers.push(answer(202, '{"status":"success"}'));
    await post(publisher(pagerDuty), noticeOf({}, 3));
    expect(receiver.requests).toHaveLength(1);
    expect(receiver.requests[0]).toMatchObject({ path: '/v2/enqueue', contentType: 'application/json' });
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toEqual({
      routing_key: ROUTING_KEY,
      event_action: 'trigger',
      dedup_key: 'example-key',
      payload: {
        summary: 'Supaglue sync failed: hubspot contact for customer example-customer',
        severity: 'error',
        source: 'supaglue hubspot',
        component: 'object standard contact',
        group: 'example-customer',
        class: 'sync-error',
        timestamp: '2026-11-01T12:00:00.000Z',
        custom_details: {
          customer: 'example-customer',
          error: 'example: 401',
          suppressed: '3 alike since the last alert',
        },
      },
    });
  });

  test('to Slack: a title, the facts as code, the command', async () => {
    await post();
    expect(receiver.requests.map(({ path }) => path)).toEqual([PATH]);
    const title = 'Supaglue sync failed: hubspot contact for customer example-customer';
    const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text, verbatim: true } });
    expect(JSON.parse(receiver.requests[0]?.body ?? '')).toEqual({
      text: title,
      blocks: [
        section(`*A Supaglue sync failed.*\n${title}`),
        section('```\nCustomer:   example-customer\nError:      example: 401\n```'),
        section('`npx supaglue-webhooks events show msg_example_0001`'),
      ],
    });
  });
});

describe('the answer', () => {
  test.each([
    [400, 'invalid_payload'],
    [403, 'action_prohibited'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])('%i is a refusal, with the reason that the service gives', async (status, reason) => {
    receiver.answers.push(answer(status, `${reason}\n`));
    expect(await failure(post())).toMatchObject({
      name: 'NonRetryableError',
      code: 'alert-refused',
      message: `Slack answered ${status}: ${reason}`,
    });
  });

  test('a redirect is a refusal and is not followed', async () => {
    receiver.answers.push(answer(302, '', { location: `${receiver.url}/elsewhere` }));
    expect(await failure(post())).toMatchObject({ retryable: false, message: 'Slack answered 302' });
    expect(receiver.requests).toHaveLength(1);
  });

  test.each([
    [429, '17', 17],
    [503, '0', 0],
    [429, 'Tue, 24 Nov 2026 00:01:30 GMT', 90],
    [503, 'Mon, 23 Nov 2026 00:00:00 GMT', 0],
  ])('%i with Retry-After: %s is retried after %i s', async (status, header, seconds) => {
    receiver.answers.push(answer(status, 'slow down', { 'retry-after': header }));
    expect(await failure(post())).toMatchObject({
      name: 'RetryAfterError',
      seconds,
      message: `Slack answered ${status}: slow down`,
    });
  });

  test.each([
    [429, {}],
    [429, { 'retry-after': 'soon' }],
    [429, { 'retry-after': 'in 17' }],
    [503, { 'retry-after': '17 s' }],
    [500, { 'retry-after': '9' }],
    [408, {}],
    [502, {}],
  ] as const)('%i %j is retried with the usual delay', async (status, headers) => {
    receiver.answers.push(answer(status, '', headers));
    expect(await failure(post())).toMatchObject({
      name: 'AlertDeliveryError',
      retryable: true,
      message: `Slack answered ${status}`,
    });
  });

  test('a long one is cut, and its end is not waited for', async () => {
    receiver.answers.push(answer(400, 'word '.repeat(100_000)));
    expect((await failure(post())).message.length).toBeLessThan(300);
    receiver.answers.push((response) => void response.writeHead(400).write('x'.repeat(1_024)));
    expect((await failure(post())).message).toMatch(/^Slack answered 400: x{200}\.\.\.$/);
  });

  test('that something was taken counts, without a body or with one that never ends', async () => {
    receiver.answers.push(answer(204), (response) => void response.writeHead(200).write('o'));
    await post();
    await post();
    expect(receiver.requests).toHaveLength(2);
  });

  test('a refusal without a body has no reason', async () => {
    receiver.answers.push(answer(304));
    expect(await failure(post())).toMatchObject({ retryable: false, message: 'Slack answered 304' });
  });

  test('a character may come in two pieces', async () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)];
    receiver.answers.push((response) => {
      response.writeHead(400).write(first, async () => {
        // The reader, in this very process, has its turn.
        for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
        response.end(second);
      });
    });
    expect((await failure(post())).message).toBe('Slack answered 400: é');
  });
});

describe('no answer', () => {
  test('a refused connection is retried', async () => {
    const gone = await startAlertReceiver();
    await gone.stop();
    stored = `${gone.url}${PATH}`;
    expect(await failure(post())).toMatchObject({
      retryable: true,
      message: 'Slack could not be reached: ECONNREFUSED',
    });
  });

  test('a dropped connection is retried', async () => {
    receiver.answers.push((response) => response.destroy());
    expect(await failure(post())).toMatchObject({ name: 'AlertDeliveryError', retryable: true });
  });

  test.each([
    ['none', () => {}],
    [
      'one that never ends',
      (response: { write(text: string): void; writeHead(status: number): void }) => {
        response.writeHead(500);
        response.write('x');
      },
    ],
  ])('%s in time is retried', async (_what, silent) => {
    receiver.answers.push(silent);
    expect(await failure(post(publisher(slack, 100)))).toMatchObject({
      retryable: true,
      message: 'Slack did not answer within 0.1 s',
    });
  });

  test('ends with the attempt', async () => {
    const attempt = new AbortController();
    receiver.answers.push(() => {});
    const received = receiver.next();
    // Longer than the test may take: nothing but the signal ends it.
    const ended = failure(publisher(slack, 3_600_000)(noticeOf(), { signal: attempt.signal }));
    await received;
    attempt.abort(new Error('the time is up'));
    expect(await ended).toMatchObject({ message: 'the time is up' });
  });
});

describe('the secret', () => {
  test('is read once in five minutes', async () => {
    const publish = publisher();
    await Promise.all([post(publish), post(publish)]);
    nowMs += 5 * 60_000 - 1;
    await post(publish);
    expect(reads).toBe(1);
    nowMs += 1;
    await post(publish);
    expect(reads).toBe(2);
    expect(receiver.requests).toHaveLength(4);
  });

  test('is read again after a refusal, and a new one is tried at once', async () => {
    stored = pagerDutySecret(ROUTING_KEY);
    const publish = publisher(pagerDuty);
    await post(publish);
    nowMs += 60_000;
    stored = pagerDutySecret(OTHER_KEY);
    receiver.answers.push(answer(400, '{"errors":["Invalid routing key"]}'));
    await post(publish);
    expect(receiver.requests.map(({ body }) => JSON.parse(body).routing_key)).toEqual([
      ROUTING_KEY,
      ROUTING_KEY,
      OTHER_KEY,
    ]);
  });

  test('is not read again where the service cannot do it now', async () => {
    const publish = publisher();
    await post(publish);
    nowMs += 30_000;
    receiver.answers.push(answer(500));
    expect(await failure(post(publish))).toMatchObject({ message: 'Slack answered 500' });
    expect(reads).toBe(1);
  });

  test('is not read again for each refusal', async () => {
    const publish = publisher();
    await post(publish);
    const refused = async () => {
      receiver.answers.push(answer(404, 'no_service'));
      expect(await failure(post(publish))).toMatchObject({ retryable: false });
    };
    nowMs += 30_000;
    for (let count = 0; count < 5; count += 1) await refused();
    expect(reads).toBe(2);
    expect(receiver.requests).toHaveLength(6);
  });

  test.each([
    ['https://hooks.example.com/1', slack, 'https://hooks.example.com/1'],
    ['{"url":"https://hooks.example.com/1"}', slack, 'https://hooks.example.com/1'],
    ['http://localhost:9/1', slack, 'http://localhost:9/1'],
    [ROUTING_KEY, pagerDuty, 'https://events.pagerduty.com/v2/enqueue'],
    [
      `{"routing_key":"${ROUTING_KEY}","url":"https://events.eu.pagerduty.com/v2/enqueue"}`,
      pagerDuty,
      'https://events.eu.pagerduty.com/v2/enqueue',
    ],
  ])('%s is taken', (text, service, url) => {
    expect(service.parseSecret(text)).toMatchObject({ url, hidden: service === slack ? [] : [ROUTING_KEY] });
  });

  test.each([
    ['none', slack, undefined, 'holds no value yet'],
    ['a word', slack, 'hunter-two', 'it takes the https:// URL'],
    ['plain HTTP to another host', slack, 'http://hooks.example.com/hunter-two', 'https:// URL'],
    ['a URL with a user', slack, 'https://me:hunter-two@hooks.example.com/', 'https:// URL'],
    ['a URL with a user alone', slack, 'https://hunter-two@hooks.example.com/', 'https:// URL'],
    ['a URL with a password alone', slack, 'https://:hunter-two@hooks.example.com/', 'https:// URL'],
    ['another protocol', slack, 'ftp://127.0.0.1/hunter-two', 'https:// URL'],
    ['a list of URLs', slack, '{"url":["https://hooks.example.com/hunter-two"]}', 'https:// URL'],
    ['JSON cut short', slack, '{"url": "https://hooks.example.com/hunter-two', 'https:// URL'],
    ['JSON without a URL', slack, '{"uri":"https://hooks.example.com/hunter-two"}', 'https:// URL'],
    ['a key that is too short', pagerDuty, 'hunter-two', 'a routing key of 32 letters'],
    ['a key behind something', pagerDuty, `x${ROUTING_KEY}`, 'a routing key of 32 letters'],
    ['a key before something', pagerDuty, `${ROUTING_KEY}x`, 'a routing key of 32 letters'],
    ['a list of keys', pagerDuty, `{"routing_key":["${ROUTING_KEY}"]}`, 'a routing key of 32 letters'],
    ['JSON without a key', pagerDuty, '{"key":"hunter-two"}', 'a routing key of 32 letters'],
    ['a URL in place of a key', pagerDuty, 'https://events.example.com/hunter-two', 'a routing key'],
    [
      'a key for plain HTTP',
      pagerDuty,
      `{"routing_key":"${ROUTING_KEY}","url":"http://events.example.com/hunter-two"}`,
      'https:// URL',
    ],
  ])(
    'with %s: a retry, a line that says what it takes, nothing of it',
    async (_what, service, text, says) => {
      stored = text;
      const error = await failure(post(publisher(service)));
      expect(error).toMatchObject({ code: 'alert-secret', retryable: true });
      expect(error.message).toContain(`the secret for ${service.name}`);
      expect(error.message).toContain(says);
      expect(everythingOf(error)).not.toMatch(/hunter-two|example0001|example\.com/);
    },
  );

  test('that was mended is taken by the next attempt', async () => {
    const url = stored;
    stored = undefined;
    const publish = publisher();
    await failure(post(publish));
    stored = url;
    await post(publish);
    expect(receiver.requests).toHaveLength(1);
  });

  test('is in no error, though the service sends back all that it got', async () => {
    const echo = (status: number) => () =>
      receiver.answers.push((response, { path, body }) => {
        response.writeHead(status).end(`${receiver.url}${path} ${path.split('/').at(-1)} ${body}`);
      });
    for (const [service, secret] of [
      [slack, `${receiver.url}${PATH}?key=example-token-too`],
      [pagerDuty, pagerDutySecret(ROUTING_KEY)],
    ] as const) {
      stored = secret;
      for (const status of [302, 400, 429, 500, 503]) {
        echo(status)();
        const error = await failure(post(publisher(service)));
        expect(error.message).toContain('***');
        expect(everythingOf(error)).not.toMatch(/example-token|TEXAMPLE|exampleexample/);
      }
    }
  });
});

test.each([
  ['six characters', '/api/token1', 'no token1 in the api', 'no *** in the api'],
  ['five are a word', '/api/token', 'no toke of the api', 'no toke of the api'],
  ['a part of a part', '/secret/secret-of-mine', 'no secret-of-mine', 'no ***'],
])('what is hidden of the address: %s', async (_what, path, reason, told) => {
  stored = `${receiver.url}${path}`;
  receiver.answers.push(answer(400, reason));
  expect((await failure(post())).message).toBe(`Slack answered 400: ${told}`);
});

/** All that a log could show of an error. */
function everythingOf(error: unknown): string {
  if (!(error instanceof Error)) return JSON.stringify(error) ?? '';
  return [
    error.stack,
    JSON.stringify(error),
    error.cause === undefined ? '' : everythingOf(error.cause),
  ].join('\n');
}
