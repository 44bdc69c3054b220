import { createHash, randomUUID } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { startDynamoDbEngine } from '../../local/engines/dynamodb.ts';
import { type LoopbackServer, listenOnLoopback, readBody } from '../../local/loopback-server.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { BENCH_SECRET } from './function-environment.ts';

/** The AWS side of a benchmark, in a process of its own: it counts what really comes over the wire. */
const calls = new Map<string, number>();
diagnostics.channel('http.server.request.start').subscribe((message) => {
  const { request } = message as { request: IncomingMessage };
  const operation = /\.(\w+)$/.exec(String(request.headers['x-amz-target'] ?? ''))?.[1] ?? 'other';
  calls.set(operation, (calls.get(operation) ?? 0) + 1);
});

const accepting = await startAcceptingService();
const dynamoDb = await startDynamoDbEngine({ callers: 'programs' });

answerQuestions((question: 'endpoints' | 'take-counts') => {
  if (question === 'endpoints') return { accepting: accepting.url, dynamoDb: dynamoDb.endpoint };
  const counts = Object.fromEntries(calls);
  calls.clear();
  return counts;
});

/**
 * SQS, Secrets Manager and DynamoDB as far as the answer to an accepted call goes. It keeps nothing, so that it
 * takes as little as it can of the two cores that the subject is measured on.
 */
function startAcceptingService(): Promise<LoopbackServer> {
  return listenOnLoopback(async (request, response) => {
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    if (!Buffer.isBuffer(body)) response.destroy();
    else if (target === 'AmazonSQS.SendMessage') {
      const { MessageBody } = JSON.parse(body.toString());
      const MD5OfMessageBody = createHash('md5').update(String(MessageBody)).digest('hex');
      answer(response, { MessageId: randomUUID(), MD5OfMessageBody });
    } else if (target === 'secretsmanager.GetSecretValue') {
      answer(response, { Name: 'secret', SecretString: BENCH_SECRET, VersionStages: ['AWSCURRENT'] });
    } else if (/^DynamoDB_20120810\.(Get|Put|Update)Item$/.test(target)) answer(response, {});
    else {
      response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: 'UnknownOperationException', message: target }));
    }
  });
}

function answer(response: ServerResponse, body: object): void {
  response.writeHead(200, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': randomUUID(),
  });
  response.end(JSON.stringify(body));
}
