import { startDynamoDbEngine } from '../../local/engines/dynamodb.ts';
import { startSqsEngine } from '../../local/engines/sqs.ts';
import { answerQuestions } from '../processes/helper-process.ts';
import type { Question } from './subject.ts';
import { threadCpu, totalMs } from './thread-cpu.ts';

// The engines of the local cloud, and nothing else.
answerQuestions(async ({ ask }: Question) => {
  if (ask === 'cpu') return { engines: totalMs(await threadCpu(process.pid)) };
  const [sqs, dynamoDb] = await Promise.all([
    startSqsEngine({ callers: 'programs' }),
    startDynamoDbEngine({ callers: 'programs' }),
  ]);
  return { sqs: sqs.endpoint, dynamoDb: dynamoDb.endpoint };
});
