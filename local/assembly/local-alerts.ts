import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import type { StackModel } from './stack-model.ts';

const CHANNELS: readonly string[] = [
  ConsumerEnvironment.PAGERDUTY_SECRET_ID,
  ConsumerEnvironment.SLACK_SECRET_ID,
];

/**
 * Nobody is paged from a laptop: a channel of alerts whose secret this run was not given is left out, as if the
 * stack were not configured with it. Its handlers would only fail for want of the secret.
 *
 * @param secretsByArn - what this run was given beside the template's own secrets
 */
export function withLocalAlerts(
  model: StackModel,
  secretsByArn: Readonly<Record<string, string>> = {},
): StackModel {
  const isKept = ([name, value]: readonly [string, string]) =>
    !CHANNELS.includes(name) || Object.hasOwn(secretsByArn, value);
  return {
    ...model,
    functions: model.functions.map((each) => ({
      ...each,
      environment: Object.fromEntries(Object.entries(each.environment).filter(isKept)),
    })),
  };
}
