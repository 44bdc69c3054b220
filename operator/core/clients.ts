import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { LOCAL_CREDENTIALS, LOCAL_REGION } from '../../local/identity.ts';
import type { TargetClients } from './target.ts';

/** A person waits: long enough for a slow line, short enough to be told. */
const bounds = clientOptions({ connectTimeoutMs: 3_000, requestTimeoutMs: 15_000, maxAttempts: 3 });

/** URL of each service's local stand-in. */
export type LocalEndpoints = Readonly<Record<keyof TargetClients, string>>;

/** Clients of the local engines. All is given outright: nothing is taken from the user's AWS configuration. */
export function localClients(endpoints: LocalEndpoints): TargetClients {
  const options = {
    ...bounds,
    region: LOCAL_REGION,
    credentials: LOCAL_CREDENTIALS,
    // A profile that asks for either makes the SDK refuse an endpoint of one's own.
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
  };
  return {
    sqs: new SQSClient({ ...options, endpoint: endpoints.sqs }),
    dynamoDb: new DynamoDBClient({ ...options, endpoint: endpoints.dynamoDb }),
    secretsManager: new SecretsManagerClient({ ...options, endpoint: endpoints.secretsManager }),
    sns: new SNSClient({ ...options, endpoint: endpoints.sns }),
    lambda: new LambdaClient({ ...options, endpoint: endpoints.lambda }),
    cloudWatch: new CloudWatchClient({ ...options, endpoint: endpoints.cloudWatch }),
  };
}

/** Clients of AWS: region and credentials come as every AWS tool takes them. */
export function stackClients(): TargetClients {
  return {
    sqs: new SQSClient(bounds),
    dynamoDb: new DynamoDBClient(bounds),
    secretsManager: new SecretsManagerClient(bounds),
    sns: new SNSClient(bounds),
    lambda: new LambdaClient(bounds),
    cloudWatch: new CloudWatchClient(bounds),
  };
}
