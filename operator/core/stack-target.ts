import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { StackOutput } from '../../lambdas/contract/outputs.ts';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { stackClients } from './clients.ts';
import { CommandError } from './command-error.ts';
import { isLoopbackUrl } from './loopback.ts';
import type { Target } from './target.ts';

/** Output of a configured stack → the variable that registers handlers. */
const HANDLER_VARIABLES = [
  [StackOutput.DATABASE_SECRET_ARN, ConsumerEnvironment.DATABASE_SECRET_ID],
  [StackOutput.PAGERDUTY_SECRET_ARN, ConsumerEnvironment.PAGERDUTY_SECRET_ID],
  [StackOutput.SLACK_SECRET_ARN, ConsumerEnvironment.SLACK_SECRET_ID],
] as const;

export function cloudFormationClient(): CloudFormationClient {
  return new CloudFormationClient(
    clientOptions({ connectTimeoutMs: 3_000, requestTimeoutMs: 15_000, maxAttempts: 3 }),
  );
}

/**
 * The deployed stack of this name, by its outputs.
 *
 * @throws {CommandError} when the stack lacks an output
 */
export async function stackTarget(
  stackName: string,
  cloudFormation: CloudFormationClient,
  abortSignal: AbortSignal,
): Promise<Target> {
  const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: stackName }), {
    abortSignal,
  });
  const stack = Stacks?.[0];
  const outputs = new Map(stack?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const output = (key: StackOutput): string => {
    const value = outputs.get(key);
    if (value === undefined || value === '') {
      const state = stack?.StackStatus ?? 'in an unknown state';
      throw new CommandError(
        `stack ${stackName} (${state}) has no output ${key}: give the name of a deployed webhook stack`,
      );
    }
    return value;
  };
  return {
    kind: 'stack',
    name: stackName,
    flag: `--stack ${stackName}`,
    webhookUrl: output(StackOutput.WEBHOOK_URL),
    queueUrl: output(StackOutput.QUEUE_URL),
    deadLetterQueueUrl: output(StackOutput.DEAD_LETTER_QUEUE_URL),
    ledgerTableName: output(StackOutput.LEDGER_TABLE_NAME),
    signingSecretId: output(StackOutput.SIGNING_SECRET_NAME),
    alertTopicArn: output(StackOutput.ALERT_TOPIC_ARN),
    dashboardUrl: output(StackOutput.DASHBOARD_URL),
    handlerEnvironment: Object.fromEntries(
      HANDLER_VARIABLES.flatMap(([key, name]) => {
        const value = outputs.get(key);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    clients: stackClients(),
  };
}

/**
 * Refuses to go to AWS with a local run's exports in the environment: half of the calls would land here.
 *
 * @throws {CommandError} naming the first variable
 */
export function refuseLoopbackEndpoints(environment: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (!/^AWS_ENDPOINT_URL(?:_|$)/.test(name) || value === undefined || !isLoopbackUrl(value)) continue;
    throw new CommandError(
      `${name} points to this machine (a local run's exports): open a new shell for --stack, or use --local`,
    );
  }
}
