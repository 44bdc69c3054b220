import { join } from 'node:path';
import { type HelperProcess, startHelper } from '../processes/helper-process.ts';

/** Operation → how often it was called. */
export type CallCounts = Readonly<Record<string, number>>;

export interface FarEnd {
  /** Accepts SendMessage, GetSecretValue, PutItem and UpdateItem, and keeps nothing. */
  readonly acceptingUrl: string;
  /** The project's DynamoDB engine. */
  readonly dynamoDbUrl: string;
  /** What came since the last time. */
  takeCounts(): Promise<CallCounts>;
  stop(): Promise<void>;
}

export async function startFarEnd(signal: AbortSignal): Promise<FarEnd> {
  const helper: HelperProcess = startHelper({
    script: join(import.meta.dirname, 'far-end-process.ts'),
    signal,
  });
  const { accepting, dynamoDb } = await helper.ask<{ accepting: string; dynamoDb: string }>('endpoints');
  return {
    acceptingUrl: accepting,
    dynamoDbUrl: dynamoDb,
    takeCounts: () => helper.ask<CallCounts>('take-counts'),
    stop: () => helper.stop(),
  };
}
