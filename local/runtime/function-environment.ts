import { devNull } from 'node:os';
import type { FunctionModel } from '../assembly/stack-model.ts';
import { LOCAL_IDENTITY_ENVIRONMENT, LOCAL_REGION } from '../identity.ts';

/** Nothing listens on the discard port, so a call to any service that is not run here fails at once. */
export const REFUSING_ENDPOINT = 'http://127.0.0.1:9';

export interface Endpoints {
  readonly sqs: string;
  readonly dynamoDb: string;
  readonly secretsManager: string;
  readonly sns: string;
}

/** Variables that point the SDKs and the AWS CLI at the local engines and at nothing else. */
export function endpointVariables(endpoints: Endpoints): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: REFUSING_ENDPOINT,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamoDb,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoints.secretsManager,
    AWS_ENDPOINT_URL_SNS: endpoints.sns,
    ...LOCAL_IDENTITY_ENVIRONMENT,
    // All that boto3 and version 1 of the AWS CLI read.
    AWS_DEFAULT_REGION: LOCAL_REGION,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Over a profile that asks for either: with an endpoint of one's own the SDK then refuses to work.
    AWS_USE_FIPS_ENDPOINT: 'false',
    AWS_USE_DUALSTACK_ENDPOINT: 'false',
  };
}

/**
 * The whole environment of a function: what Lambda sets, where the engines are, and the template's variables.
 * Nothing of this process's own environment reaches it, so a variable that the template lacks is missing.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
 */
export function functionEnvironment(
  definition: FunctionModel,
  endpoints: Endpoints,
  overrides: Readonly<Record<string, string>>,
): Record<string, string> {
  return {
    ...endpointVariables(endpoints),
    AWS_SESSION_TOKEN: 'local',
    // Lambda has none of the files that this machine's user may have.
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memoryMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroupName,
    AWS_LAMBDA_LOG_STREAM_NAME: 'local',
    // Functions run on Node.js 24 in the cloud, here on whatever started this process.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    LAMBDA_TASK_ROOT: definition.codeDirectory,
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TZ: ':UTC',
    _HANDLER: definition.handler,
    ...definition.logEnvironment,
    ...definition.environment,
    ...overrides,
  };
}
