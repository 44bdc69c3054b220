import type { Context } from 'aws-lambda';

/** What Lambda hands to a handler beside the event, with half a minute left. */
export const lambdaContext: Context = {
  callbackWaitsForEmptyEventLoop: false,
  awsRequestId: 'bench',
  functionName: 'bench',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:bench',
  memoryLimitInMB: '512',
  logGroupName: 'bench',
  logStreamName: 'bench',
  getRemainingTimeInMillis: () => 30_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};
