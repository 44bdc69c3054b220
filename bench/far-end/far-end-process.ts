import { createHash, randomUUID } from 'node:crypto';
import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { startDynamoDbEngine } from '../../local/engines/dynamodb.ts';
import { type Service, startJsonService } from '../../local/services/service.ts';
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
  if (question === 'endpoints') return { accepting: accepting.endpoint, dynamoDb: dynamoDb.endpoint };
  const counts = Object.fromEntries(calls);
  calls.clear();
  return counts;
});

/**
 * SQS, Secrets Manager and DynamoDB as far as the answer to an accepted call goes. It keeps nothing, so that it
 * takes as little as it can of the two cores that the subject is measured on.
 */
function startAcceptingService(): Promise<Service> {
  const answered = () => ({});
  return startJsonService(
    'far end',
    {
      SendMessage: ({ MessageBody }) => ({
        MessageId: randomUUID(),
        MD5OfMessageBody: createHash('md5').update(String(MessageBody)).digest('hex'),
      }),
      GetSecretValue: () => ({
        Name: 'secret',
        SecretString: BENCH_SECRET,
        VersionStages: ['AWSCURRENT'],
      }),
      GetItem: answered,
      PutItem: answered,
      UpdateItem: answered,
    },
    { callers: 'programs' },
  );
}
