import { CloudFormationClient, DescribeStacksCommand, type Output } from '@aws-sdk/client-cloudformation';
import { OUTPUT_MARKER, StackOutput } from '../../lambdas/contract/outputs.ts';
import { clientOptions } from '../../lambdas/runtime/client-options.ts';
import { stackClients } from './clients.ts';
import { CommandError } from './command-error.ts';
import { isLoopbackUrl } from './loopback.ts';
import type { Target } from './target.ts';

export function cloudFormationClient(): CloudFormationClient {
  return new CloudFormationClient(
    clientOptions({ connectTimeoutMs: 3_000, requestTimeoutMs: 15_000, maxAttempts: 3 }),
  );
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
    queueUrl: output(StackOutput.QUEUE_URL),
    deadLetterQueueUrl: output(StackOutput.DEAD_LETTER_QUEUE_URL),
    ledgerTableName: output(StackOutput.LEDGER_TABLE_NAME),
    signingSecretId: output(StackOutput.SIGNING_SECRET_NAME),
    alertTopicArn: output(StackOutput.ALERT_TOPIC_ARN),
    dashboardUrl: output(StackOutput.DASHBOARD_URL),
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
