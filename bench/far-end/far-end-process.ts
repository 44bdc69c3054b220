import diagnostics from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { startDynamoDbEngine } from '../../local/engines/dynamodb.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import { startAcceptingService } from './accepting-service.ts';

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
