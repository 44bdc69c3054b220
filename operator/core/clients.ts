import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { LOCAL_CLIENT } from '../../local/identity.ts';
import { proxyAgent } from './proxy.ts';
import type { TargetClients } from './target.ts';

/** A person waits: long enough for a slow line, short enough to be told. */
const bounds = clientOptions({ connectTimeoutMs: 3_000, requestTimeoutMs: 15_000, maxAttempts: 3 });

/** URL of each service's local stand-in. */
export type LocalEndpoints = Readonly<Record<keyof TargetClients, string>>;

/** Clients of the local run that gave these credentials. */
export function localClients(
  endpoints: LocalEndpoints,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string },
): TargetClients {
  const options = { ...bounds, ...LOCAL_CLIENT, credentials };
  return {
    sqs: new SQSClient({ ...options, endpoint: endpoints.sqs }),
    dynamoDb: new DynamoDBClient({ ...options, endpoint: endpoints.dynamoDb }),
    secretsManager: new SecretsManagerClient({ ...options, endpoint: endpoints.secretsManager }),
    sns: new SNSClient({ ...options, endpoint: endpoints.sns }),
    lambda: new LambdaClient({ ...options, endpoint: endpoints.lambda }),
    cloudWatch: new CloudWatchClient({ ...options, endpoint: endpoints.cloudWatch }),
  };
}

/** What calls of AWS are bound by, and the proxy that the environment names for them. */
export const AWS_CALLS = {
  ...bounds,
  requestHandler: { ...bounds.requestHandler, httpsAgent: proxyAgent },
};

/** Clients of AWS: region and credentials come as every AWS tool takes them. */
export function stackClients(): TargetClients {
  return {
    sqs: new SQSClient(AWS_CALLS),
    dynamoDb: new DynamoDBClient(AWS_CALLS),
    secretsManager: new SecretsManagerClient(AWS_CALLS),
    sns: new SNSClient(AWS_CALLS),
    lambda: new LambdaClient(AWS_CALLS),
    cloudWatch: new CloudWatchClient(AWS_CALLS),
  };
}
