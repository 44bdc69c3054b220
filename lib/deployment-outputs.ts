import { Aspects, CfnOutput, Stack } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { outputMarker, StackOutput } from '../lambdas/contract/outputs.ts';

const DESCRIPTIONS: Readonly<Record<StackOutput, string>> = {
  [StackOutput.WEBHOOK_URL]: 'Paste it into Supaglue, under Settings, Webhooks',
  [StackOutput.FUNCTION_WEBHOOK_URL]: 'The same without a gateway, to change over to',
  [StackOutput.SIGNING_SECRET_NAME]: "Secret that takes the endpoint's signing secret",
  [StackOutput.QUEUE_URL]: 'Accepted events that wait to be handled',
  [StackOutput.DEAD_LETTER_QUEUE_URL]: 'Events that could not be handled, each with its reason',
  [StackOutput.LEDGER_TABLE_NAME]: 'What was handled, what failed and why',
  [StackOutput.ALERT_TOPIC_ARN]: 'Where alarms and alerts are published',
  [StackOutput.DASHBOARD_URL]: "CloudWatch's page of this deployment",
  [StackOutput.INGEST_LOG_GROUP]: 'What was received, and what was refused',
  [StackOutput.RECONCILE_FUNCTION_NAME]: "Compares Supaglue's API with what its events told",
};

const SOURCE_DESCRIPTION = 'Secret that takes the signing secret of this source';

/**
 * The outputs of a deployment, each with a marker in its description by which the tools find it. A user's output of
 * the same name keeps it: ours then gets `SupaglueWebhooks` before it.
 */
export class DeploymentOutputs {
  constructor(scope: Construct, values: Readonly<Record<string, string>>) {
    const path = pathInStack(scope);
    const outputs = Object.entries(values).map(([key, value]) => {
      const description = `${DESCRIPTIONS[key as StackOutput] ?? SOURCE_DESCRIPTION} ${outputMarker(path, key)}`;
      return [key, new CfnOutput(scope, key, { value, description })] as const;
    });
    Aspects.of(scope).add({
      visit(node) {
        if (node !== scope) return;
        const stack = Stack.of(scope);
        const own = new Set<unknown>(outputs.map(([, output]) => output));
        const taken = new Set(
          stack.node
            .findAll()
            .filter((each) => each instanceof CfnOutput && Stack.of(each) === stack && !own.has(each))
            .map((each) => stack.resolve((each as CfnOutput).logicalId)),
        );
        for (const [key, output] of outputs) {
          if (taken.has(stack.resolve(output.logicalId))) output.overrideLogicalId(`SupaglueWebhooks${key}`);
        }
      },
    });
  }
}

/** `Default`, or `Team/Webhooks`. */
export function pathInStack(scope: Construct): string {
  return scope.node.path.slice(Stack.of(scope).node.path.length).replace(/^\//, '');
}
