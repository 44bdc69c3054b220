import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SubscriptionModel, TopicModel } from '../assembly/stack-model.ts';
import type { LocalCloudObserver } from '../cloud-events.ts';
import { LOCAL_ACCOUNT_ID } from '../identity.ts';
import { listenOnLoopback, readBody } from '../loopback-server.ts';
import type { Service } from './service.ts';

/** https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const MAX_MESSAGE_BYTES = 256 * 1024;
const MAX_SUBJECT_CHARACTERS = 100;
const NAMESPACE = 'http://sns.amazonaws.com/doc/2010-03-31/';

/** Publish and ListSubscriptionsByTopic of SNS (query protocol). Published messages go to the observer only. */
export async function startSns(
  topics: readonly TopicModel[],
  observer: LocalCloudObserver,
): Promise<Service> {
  const server = await listenOnLoopback(
    async (request, response) => {
      const body = await readBody(request);
      const input = new URLSearchParams(Buffer.isBuffer(body) ? body.toString() : '');
      const topic = topics.find(({ arn }) => arn === input.get('TopicArn'));
      const action = input.get('Action');
      if (topic === undefined) refuse(response, 404, 'NotFound', 'Topic does not exist');
      else if (action === 'Publish') publish(response, topic, input, observer);
      else if (action === 'ListSubscriptionsByTopic') listSubscriptions(response, topic);
      else refuse(response, 400, 'InvalidAction', `the local SNS has no ${action}`);
    },
    0,
    { callers: 'credentialed' },
  );
  return { endpoint: server.url, stop: () => server.close() };
}

function publish(
  response: ServerResponse,
  topic: TopicModel,
  input: URLSearchParams,
  observer: LocalCloudObserver,
): void {
  const message = input.get('Message') ?? '';
  const subject = input.get('Subject') ?? undefined;
  const refusal = invalidParameter(message, subject);
  if (refusal !== undefined) {
    refuse(response, 400, 'InvalidParameter', `Invalid parameter: ${refusal}`);
    return;
  }
  const messageId = randomUUID();
  answer(response, 'Publish', `<MessageId>${messageId}</MessageId>`);
  observer({
    type: 'alert',
    topicArn: topic.arn,
    messageId,
    ...(subject === undefined ? {} : { subject }),
    message,
    attributes: attributesOf(input),
  });
}

function invalidParameter(message: string, subject: string | undefined): string | undefined {
  if (message === '') return 'Empty message';
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) return 'Message too long';
  if (subject === undefined) return undefined;
  const fits = subject.length > 0 && subject.length <= MAX_SUBJECT_CHARACTERS;
  return fits && !/\p{Cc}/u.test(subject) ? undefined : 'Subject';
}

/** `MessageAttributes.entry.1.Name` and `.Value.StringValue`. */
function attributesOf(input: URLSearchParams): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (let index = 1; ; index += 1) {
    const name = input.get(`MessageAttributes.entry.${index}.Name`);
    if (name === null) return attributes;
    attributes[name] = input.get(`MessageAttributes.entry.${index}.Value.StringValue`) ?? '';
  }
}

function listSubscriptions(response: ServerResponse, topic: TopicModel): void {
  const member = ({ protocol, endpoint }: SubscriptionModel, index: number): string =>
    [
      '<member>',
      `<TopicArn>${topic.arn}</TopicArn>`,
      `<Protocol>${protocol}</Protocol>`,
      `<SubscriptionArn>${topic.arn}:${index}</SubscriptionArn>`,
      `<Owner>${LOCAL_ACCOUNT_ID}</Owner>`,
      `<Endpoint>${escapeXml(endpoint)}</Endpoint>`,
      '</member>',
    ].join('');
  const members = topic.subscriptions.map(member).join('');
  answer(response, 'ListSubscriptionsByTopic', `<Subscriptions>${members}</Subscriptions>`);
}

function answer(response: ServerResponse, action: string, result: string): void {
  response.writeHead(200, { 'content-type': 'text/xml' });
  response.end(
    `<${action}Response xmlns="${NAMESPACE}"><${action}Result>${result}</${action}Result>${metadata()}</${action}Response>`,
  );
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  response.writeHead(status, { 'content-type': 'text/xml' });
  response.end(
    `<ErrorResponse xmlns="${NAMESPACE}"><Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${randomUUID()}</RequestId></ErrorResponse>`,
  );
}

function metadata(): string {
  return `<ResponseMetadata><RequestId>${randomUUID()}</RequestId></ResponseMetadata>`;
}

function escapeXml(text: string): string {
  return text.replace(/[&<>]/g, (character) => `&#${character.charCodeAt(0)};`);
}
