import { ConsumerEnvironment } from '../lambdas/contract/environment.ts';
import { StackConfigError } from './stack-config.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_]+$/;
const FRAMEWORK: ReadonlySet<string> = new Set(Object.values(ConsumerEnvironment));
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const LAMBDA = /^(?:AWS_|LAMBDA_)/;

/** Why handlers cannot have a variable of this name; `undefined` when they can. */
export function variableProblem(name: string): string | undefined {
  if (!NAME.test(name)) return 'a name takes a letter, then letters, digits and _';
  if (FRAMEWORK.has(name) || name.startsWith('POWERTOOLS_')) return "it is one of the framework's own";
  return LAMBDA.test(name) ? 'Lambda sets it' : undefined;
}

/** @throws {StackConfigError} for a variable of the handlers that means something else, or stands there twice */
export function checkHandlerVariables({
  environment,
  secrets,
}: {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}): void {
  const problems = (kind: string, names: readonly string[]) =>
    names.flatMap((name) => {
      const twice = kind === 'secrets' && Object.hasOwn(environment, name);
      const problem = twice ? 'it is also one of consumer.environment' : variableProblem(name);
      return problem === undefined ? [] : [`consumer.${kind}.${name} is not allowed: ${problem}`];
    });
  const all = [
    ...problems('environment', Object.keys(environment)),
    ...problems('secrets', Object.keys(secrets)),
  ];
  if (all.length > 0) throw new StackConfigError(all);
}
