import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTopicPublisher, topicMessage } from '../../lambdas/alerts/topic.ts';
import { noticeOf } from './notice.ts';

const topicArn = 'arn:aws:sns:eu-central-1:000000000000:example-alerts';
const alert = noticeOf({ facts: [['Error', 'several\nlines with ünïcode 😀']] });
const signal = new AbortController().signal;

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult>
<MessageId>00000000-0000-4000-8000-000000000001</MessageId></PublishResult></PublishResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code>
<Message>refused for the test</Message></Error><RequestId>1</RequestId></ErrorResponse>`;

type Answer = (response: ServerResponse) => void;
const answer =
  (status: number, body: string): Answer =>
  (response) =>
    response.writeHead(status, { 'content-type': 'text/xml' }).end(body);

describe('the alert topic on the wire', () => {
  const requests: URLSearchParams[] = [];
  const environment = { ...process.env };
  let answers: Answer[];
  let server: Server;

  beforeEach(async () => {
    requests.length = 0;
    server = createServer(async (request: IncomingMessage, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) {
        chunks.push(chunk);
      }
      requests.push(new URLSearchParams(Buffer.concat(chunks).toString('utf8')));
      (answers[requests.length - 1] ?? answer(500, refusal('InternalError')))(response);
      server.emit('published');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    process.env['AWS_ENDPOINT_URL_SNS'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env['AWS_REGION'] = 'eu-central-1';
    process.env['AWS_ACCESS_KEY_ID'] = 'example';
    process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
  });

  afterEach(async () => {
    process.env = { ...environment };
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  test('publishes subject, body and event id to the topic', async () => {
    answers = [answer(200, published), answer(200, published)];
    const publish = createTopicPublisher({ ALERT_TOPIC_ARN: topicArn });
    await publish(alert, { signal });
    await publish(noticeOf({ eventId: 'msg_example_0002' }), { signal });
    expect(requests.map((request) => Object.fromEntries(request))).toEqual([
      {
        Action: 'Publish',
        Version: '2010-03-31',
        TopicArn: topicArn,
        Subject: topicMessage(alert).subject,
        Message: topicMessage(alert).body,
        'MessageAttributes.entry.1.Name': 'event-id',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'msg_example_0001',
      },
      expect.objectContaining({ 'MessageAttributes.entry.1.Value.StringValue': 'msg_example_0002' }),
    ]);
  });

  test('says how many were suppressed', () => {
    expect(topicMessage(alert).body).toContain('\nError:      several\n    lines with ünïcode 😀\n\nSee');
    expect(topicMessage({ ...alert, suppressed: 3 }).body).toContain(
      '\nSuppressed: 3 alike since the last alert\n\nSee',
    );
  });

  test('a passing failure is bridged', async () => {
    answers = [answer(500, refusal('InternalError')), answer(200, published)];
    await createTopicPublisher({ ALERT_TOPIC_ARN: topicArn })(alert, { signal });
    expect(requests).toHaveLength(2);
  });

  test('what is not answered within three seconds is sent again', async () => {
    answers = [() => {}, answer(200, published)];
    await createTopicPublisher({ ALERT_TOPIC_ARN: topicArn })(alert, { signal });
    expect(requests).toHaveLength(2);
  });

  test('a lasting failure is thrown after three attempts', async () => {
    answers = [];
    const publishing = createTopicPublisher({ ALERT_TOPIC_ARN: topicArn })(alert, { signal });
    await expect(publishing).rejects.toThrow('refused for the test');
    expect(requests).toHaveLength(3);
  });

  test('a refusal is thrown at once', async () => {
    answers = [answer(403, refusal('AuthorizationError'))];
    const publishing = createTopicPublisher({ ALERT_TOPIC_ARN: topicArn })(alert, { signal });
    await expect(publishing).rejects.toThrow('refused for the test');
    expect(requests).toHaveLength(1);
  });

  test('ends when the attempt is aborted', async () => {
    answers = [() => {}];
    const attempt = new AbortController();
    const arrived = once(server, 'published');
    const publishing = createTopicPublisher({ ALERT_TOPIC_ARN: topicArn })(alert, { signal: attempt.signal });
    const ended = expect(publishing).rejects.toMatchObject({ name: 'AbortError' });
    await arrived;
    attempt.abort();
    await ended;
    expect(requests).toHaveLength(1);
  });

  test('a missing topic is a configuration error, without a call', async () => {
    await expect(createTopicPublisher({})(alert, { signal })).rejects.toMatchObject({
      name: 'ConfigurationError',
      message: expect.stringContaining('ALERT_TOPIC_ARN'),
    });
    expect(requests).toEqual([]);
  });
});
