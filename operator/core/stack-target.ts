import { CloudFormationClient, DescribeStacksCommand, type Output } from '@aws-sdk/client-cloudformation';
import { OUTPUT_MARKER, StackOutput, sourceOutput } from '../../lambdas/contract/outputs.ts';
import { isLocalAccessKey } from '../../local/identity.ts';
import { AWS_CALLS, stackClients } from './clients.ts';
import { CommandError } from './command-error.ts';
import type { Target } from './target.ts';

const SOURCE_OUTPUT = sourceOutput('');

export function cloudFormationClient(): CloudFormationClient {
  return new CloudFormationClient(AWS_CALLS);
}

/**
 * The deployment in the stack of this name, by the marked outputs; a stack of version 0.1 by their names.
 *
 * @throws {CommandError} when the stack holds none, or several
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
  const { path, outputs } = deploymentIn(stack?.Outputs ?? [], stackName);
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
    ...(outputs.has(StackOutput.FUNCTION_WEBHOOK_URL)
      ? { functionWebhookUrl: output(StackOutput.FUNCTION_WEBHOOK_URL) }
      : {}),
    queueUrl: output(StackOutput.QUEUE_URL),
    deadLetterQueueUrl: output(StackOutput.DEAD_LETTER_QUEUE_URL),
    ledgerTableName: output(StackOutput.LEDGER_TABLE_NAME),
    signingSecretId: output(StackOutput.SIGNING_SECRET_NAME),
    alertTopicArn: output(StackOutput.ALERT_TOPIC_ARN),
    sourceSecrets: Object.fromEntries(
      [...outputs].flatMap(([key, value = '']) =>
        key.startsWith(SOURCE_OUTPUT) ? [[key.slice(SOURCE_OUTPUT.length), value]] : [],
      ),
    ),
    dashboardUrl: output(StackOutput.DASHBOARD_URL),
    ingestLogGroup: outputs.get(StackOutput.INGEST_LOG_GROUP),
    reconcileFunctionName: outputs.get(StackOutput.RECONCILE_FUNCTION_NAME),
    deploymentPath: path,
    clients: stackClients(),
  };
}

interface FoundDeployment {
  /** Of the construct in its stack, such as `Default`. */
  readonly path: string;
  readonly outputs: ReadonlyMap<string, string | undefined>;
}

function deploymentIn(outputs: readonly Output[], stackName: string): FoundDeployment {
  const byPath = new Map<string, Map<string, string | undefined>>();
  for (const { Description = '', OutputValue } of outputs) {
    const [, path, key] = OUTPUT_MARKER.exec(Description) ?? [];
    if (path === undefined || key === undefined) continue;
    byPath.set(path, (byPath.get(path) ?? new Map()).set(key, OutputValue));
  }
  const [found, ...others] = byPath;
  if (others.length > 0) {
    const paths = [...byPath.keys()].join(' and ');
    throw new CommandError(
      `stack ${stackName} holds several deployments (${paths}): give each a stack of its own, for these tools know stacks by name`,
    );
  }
  return found === undefined
    ? {
        path: 'Default',
        outputs: new Map(outputs.map(({ OutputKey = '', OutputValue }) => [OutputKey, OutputValue])),
      }
    : { path: found[0], outputs: found[1] };
}

/**
 * Refuses to go to a stack with a local run's exports in the environment: half of the calls would land here. Another
 * endpoint on this machine is an emulator of the user's.
 *
 * @throws {CommandError}
 */
export function refuseLocalExports(environment: Readonly<Record<string, string | undefined>>): void {
  if (!isLocalAccessKey(environment['AWS_ACCESS_KEY_ID'])) return;
  throw new CommandError(
    "AWS_ACCESS_KEY_ID is a local run's (its exports): open a new shell for --stack, or use --local",
  );
}
