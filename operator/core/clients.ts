import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { clientOptions, withoutCallLogging } from '../../lambdas/runtime/client-options.ts';
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
  return clientsOf((service) => ({ ...bounds, ...LOCAL_CLIENT, credentials, endpoint: endpoints[service] }));
}

/** What calls of AWS are bound by, and the proxy that the environment names for them. */
export const AWS_CALLS = {
  ...bounds,
  requestHandler: { ...bounds.requestHandler, httpsAgent: proxyAgent },
};

/** Clients of AWS: region and credentials come as every AWS tool takes them. */
export const stackClients = (): TargetClients => clientsOf(() => AWS_CALLS);

function clientsOf<Options extends typeof bounds>(
  optionsOf: (service: keyof TargetClients) => Options,
): TargetClients {
  return {
    // As ingest's: a look makes ten thousands of calls, and TLS guards their bytes.
    sqs: withoutCallLogging(new SQSClient({ ...optionsOf('sqs'), cacheMiddleware: true, md5: false })),
    dynamoDb: new DynamoDBClient(optionsOf('dynamoDb')),
    secretsManager: new SecretsManagerClient(optionsOf('secretsManager')),
    sns: new SNSClient(optionsOf('sns')),
    lambda: new LambdaClient(optionsOf('lambda')),
    cloudWatch: new CloudWatchClient(optionsOf('cloudWatch')),
  };
}
