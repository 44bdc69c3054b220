import { GetFunctionConfigurationCommand } from '@aws-sdk/client-lambda';
import { CONSUMER_SERVICE, serviceName } from '../../lambdas/contract/metrics.ts';
import { CommandError } from './command-error.ts';
import { findConsumerSource } from './consumer-source.ts';
import type { Target } from './target.ts';

const stages = new WeakMap<Target, string>();

/**
 * The stage that the functions' metrics are published under. The stack does not say it, but its consumer does, in
 * the variable that Powertools takes the dimension `service` from. Looked up once for each target.
 *
 * @throws {CommandError} when the consumer has no such variable
 */
export async function metricsStage(target: Target, abortSignal: AbortSignal): Promise<string> {
  const known = stages.get(target);
  if (known !== undefined) return known;
  const { functionName } = await findConsumerSource(target, abortSignal);
  const command = new GetFunctionConfigurationCommand({ FunctionName: functionName });
  const { Environment } = await target.clients.lambda.send(command, { abortSignal });
  const service = Environment?.Variables?.['POWERTOOLS_SERVICE_NAME'] ?? '';
  const prefix = serviceName(CONSUMER_SERVICE, '');
  if (!service.startsWith(prefix) || service === prefix) {
    throw new CommandError(
      `function ${functionName} has no POWERTOOLS_SERVICE_NAME of a stage: deploy ${target.name} again`,
    );
  }
  const stage = service.slice(prefix.length);
  stages.set(target, stage);
  return stage;
}
