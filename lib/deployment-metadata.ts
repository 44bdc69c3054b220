import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import { CfnFunction } from 'aws-cdk-lib/aws-lambda';
import { Annotations, Aspects, CfnElement, Stack } from 'aws-cdk-lib/core';
import type { Construct, IConstruct } from 'constructs';
import { IngestEnvironment } from '../lambdas/contract/environment.ts';
import { type DeploymentMetadata, type DeploymentParts, METADATA_KEY } from '../lambdas/contract/outputs.ts';
import { pathInStack } from './deployment-outputs.ts';
import type { FunctionCode } from './function-code.ts';
import type { WebhookSources } from './webhook-sources.ts';

export interface Deployment {
  readonly code: Pick<FunctionCode, 'readHandlers'>;
  readonly sources: WebhookSources;
  readonly sourceRoutes: ReadonlyMap<string, IConstruct>;
  readonly secrets: readonly string[];
  readonly parts: { readonly [Part in keyof DeploymentParts]: IConstruct | undefined } & {
    readonly consumer: LambdaFunction;
    readonly ingest: LambdaFunction;
  };
}

/**
 * Writes into the template's metadata which resources play which part, and which handlers the consumer has. The tools
 * go by it, so that nothing of the user's code runs in them, and a stack may hold whatever else it likes.
 *
 * When the tree is whole: only then the consumer's variables are all known.
 */
export function describeDeployment(scope: Construct, deployment: Deployment): void {
  const { code, sources, secrets, parts } = deployment;
  Aspects.of(scope).add({
    visit(node) {
      if (node !== scope) return;
      const stack = Stack.of(scope);
      const reading = code.readHandlers(variablesOf(parts.consumer));
      if ('problem' in reading) {
        Annotations.of(scope).addWarningV2(
          'supaglue-webhooks:handlers-unknown',
          `the tools cannot tell the consumer's handlers (${reading.problem}). What keeps it from loading here keeps it from starting on AWS, too`,
        );
      }
      const told = sources.variable(
        'problem' in reading ? reading : reading.handlers,
        (variablesOf(parts.ingest)[IngestEnvironment.ALLOWED_SOURCES] ?? '').length,
      );
      // Known only now, from the handlers: what a source's events look like is said once, there.
      if (told !== undefined) parts.ingest.addEnvironment(IngestEnvironment.SOURCES, told);
      const metadata: DeploymentMetadata = {
        version: 1,
        parts: logicalIdsOf(parts, stack),
        secrets,
        ...(sources.byName.size === 0 ? {} : { sources: sourceParts(deployment, stack) }),
        handlers: 'problem' in reading ? 'unknown' : reading.handlers,
      };
      const known: Readonly<Record<string, unknown>> = stack.templateOptions.metadata?.[METADATA_KEY] ?? {};
      stack.addMetadata(METADATA_KEY, { ...known, [pathInStack(scope)]: metadata });
    },
  });
}

function idOf(part: IConstruct, stack: Stack): string {
  const element = part.node.defaultChild ?? part;
  if (!CfnElement.isCfnElement(element)) throw new TypeError(`${part.node.path} is no resource`);
  return stack.resolve(element.logicalId);
}

function sourceParts({ sources, sourceRoutes }: Deployment, stack: Stack) {
  const ids = [...sources.byName].map(([name, { secret }]) => {
    const route = sourceRoutes.get(name);
    return [
      name,
      {
        signingSecret: idOf(secret.resource, stack),
        ...(route === undefined ? {} : { route: idOf(route, stack) }),
      },
    ];
  });
  return Object.fromEntries(ids);
}

function logicalIdsOf(parts: Deployment['parts'], stack: Stack): DeploymentParts {
  const ids = Object.entries(parts).flatMap(([name, part]) =>
    part === undefined ? [] : [[name, idOf(part, stack)]],
  );
  return Object.fromEntries(ids) as DeploymentParts;
}

/** What is known only when it is deployed stands there as text. */
function variablesOf(consumer: LambdaFunction): Record<string, string> {
  const { defaultChild } = consumer.node;
  const environment =
    defaultChild instanceof CfnFunction ? Stack.of(consumer).resolve(defaultChild.environment) : undefined;
  const variables: Readonly<Record<string, unknown>> = environment?.variables ?? {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}
