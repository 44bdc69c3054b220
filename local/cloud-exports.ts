import type { HandlerRegistrations } from '../lambdas/contract/outputs.ts';
import type { StackParts } from './assembly/stack-parts.ts';
import { type Endpoints, endpointVariables } from './runtime/function-environment.ts';

/** Variable with the consumer's handlers as JSON: which of them a redrive would run. */
export const HANDLERS_VARIABLE = 'WEBHOOK_HANDLERS';

/** Variable with the senders besides Supaglue as JSON: name → ARN of its secret. */
export const SOURCES_VARIABLE = 'WEBHOOK_SOURCES';

/** Variable with the URL at which the run tells what it received. */
export const RECEIVED_VARIABLE = 'RECEIVED_URL';
/** Variable with the name of the function that compares Supaglue's API, where one does. */
export const RECONCILE_VARIABLE = 'RECONCILE_FUNCTION_NAME';

/** What only operators call: no function has a grant for it, so none gets its endpoint. */
export interface OperatorEndpoints {
  readonly lambda: string;
  readonly cloudWatch: string;
  readonly received: string;
}

export interface CloudAccess {
  readonly functionEndpoints: Endpoints;
  readonly operatorEndpoints: OperatorEndpoints;
  readonly parts: StackParts;
  readonly handlers: HandlerRegistrations | 'unknown';
  readonly sourceSecrets: Readonly<Record<string, string>>;
  readonly webhookUrl: string;
  readonly functionWebhookUrl?: string;
  readonly secret: string;
  readonly reconcileFunctionName?: string | undefined;
}

/** Variables with which the AWS CLI, the SDKs and the operator's commands work on a local cloud. */
export function cloudExports(access: CloudAccess): Readonly<Record<string, string>> {
  const { functionEndpoints, operatorEndpoints, parts } = access;
  return {
    ...endpointVariables(functionEndpoints),
    AWS_ENDPOINT_URL_LAMBDA: operatorEndpoints.lambda,
    AWS_ENDPOINT_URL_CLOUDWATCH: operatorEndpoints.cloudWatch,
    [RECEIVED_VARIABLE]: operatorEndpoints.received,
    QUEUE_URL: parts.queue.url,
    DEAD_LETTER_QUEUE_URL: parts.deadLetterQueue.url,
    LEDGER_TABLE_NAME: parts.ledgerTableName,
    SIGNING_SECRET_ID: parts.signingSecretArn,
    ALERT_TOPIC_ARN: parts.alertTopicArn,
    [HANDLERS_VARIABLE]: JSON.stringify(access.handlers),
    ...(Object.keys(access.sourceSecrets).length === 0
      ? {}
      : { [SOURCES_VARIABLE]: JSON.stringify(access.sourceSecrets) }),
    WEBHOOK_URL: access.webhookUrl,
    ...(access.functionWebhookUrl === undefined ? {} : { FUNCTION_WEBHOOK_URL: access.functionWebhookUrl }),
    WEBHOOK_SECRET: access.secret,
    ...(access.reconcileFunctionName && { [RECONCILE_VARIABLE]: access.reconcileFunctionName }),
  };
}
