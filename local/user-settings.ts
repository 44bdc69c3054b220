import type { DeploymentMetadata } from '../lambdas/contract/outputs.ts';
import type { FunctionModel, SecretModel } from './assembly/stack-model.ts';
import type { UserVariables } from './user-variables.ts';

export interface MissingValue {
  readonly name: string;
  readonly kind: 'variable' | 'secret';
  /** For people. */
  readonly why: string;
}

/** Variable that gives a source's signing secret in local runs: `WEBHOOK_SECRET_OPENAI`. @default the run's own */
export function sourceSecretVariable(source: string): string {
  return `WEBHOOK_SECRET_${source.toUpperCase().replaceAll('-', '_')}`;
}

/** A name that the stack's `consumer.secrets` has is the value of that secret, any other a variable. */
export function userSettings(
  variables: UserVariables,
  deployment: Pick<DeploymentMetadata, 'secrets' | 'sources'>,
  consumer: Pick<FunctionModel, 'environment' | 'unresolved'>,
  stackSecrets: readonly SecretModel[],
) {
  const ofSources = Object.keys(deployment.sources ?? {}).map(sourceSecretVariable);
  const isSecret = (name: string) => deployment.secrets.includes(name) || ofSources.includes(name);
  /** ARN → value. */
  const secrets: Record<string, string> = {};
  /** Names that the stack tells and nobody gives a value. */
  const missing: MissingValue[] = Object.entries(consumer.unresolved)
    .filter(([name]) => variables[name] === undefined)
    .map(([name, why]) => ({ name, kind: 'variable', why }));
  for (const name of deployment.secrets) {
    const arn = consumer.environment[name];
    const value = variables[name];
    if (arn === undefined) continue;
    if (value !== undefined) secrets[arn] = value;
    else if (stackSecrets.find((secret) => secret.arn === arn)?.value === undefined) {
      missing.push({ name, kind: 'secret', why: 'the secret has no value here' });
    }
  }
  return {
    environment: Object.fromEntries(Object.entries(variables).filter(([name]) => !isSecret(name))),
    secrets,
    missing,
  };
}
