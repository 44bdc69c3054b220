import { join } from 'node:path';
import { type HelperProcess, startHelper } from '../processes/helper-process.ts';

/** Operation → how often it was called. */
export type CallCounts = Readonly<Record<string, number>>;

export type FarEnd = Awaited<ReturnType<typeof startFarEnd>>;

export async function startFarEnd(signal: AbortSignal) {
  const helper: HelperProcess = startHelper({
    script: join(import.meta.dirname, 'far-end-process.ts'),
    signal,
  });
  const { accepting, dynamoDb } = await helper.ask<{ accepting: string; dynamoDb: string }>('endpoints');
  return {
    /** Accepts SendMessage, GetSecretValue, PutItem and UpdateItem, and keeps nothing. */
    acceptingUrl: accepting,
    /** The project's DynamoDB engine. */
    dynamoDbUrl: dynamoDb,
    /** What came since the last time. */
    takeCounts: () => helper.ask<CallCounts>('take-counts'),
    stop: () => helper.stop(),
  };
}
