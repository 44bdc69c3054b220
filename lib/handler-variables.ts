import { ConsumerEnvironment } from '../lambdas/contract/environment.ts';
import { StackConfigError } from './stack-config.ts';

const NAME = /^[A-Za-z][A-Za-z0-9_]+$/;
const FRAMEWORK: ReadonlySet<string> = new Set(Object.values(ConsumerEnvironment));
/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const LAMBDA = /^(?:AWS_|LAMBDA_|_HANDLER$|_X_AMZN_TRACE_ID$)/;

/** @throws {StackConfigError} for a variable of the handlers that means something else, or stands there twice */
export function checkHandlerVariables({
  environment,
  secrets,
}: {
  readonly environment: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}): void {
  const problemOf = (name: string): string | undefined => {
    if (!NAME.test(name)) return 'it takes a letter, then letters, digits and _';
    if (FRAMEWORK.has(name) || name.startsWith('POWERTOOLS_')) return "it is one of the framework's own";
    if (LAMBDA.test(name)) return 'Lambda sets it';
    return name in environment && name in secrets ? 'it is also one of consumer.secrets' : undefined;
  };
  const problems = (kind: string, names: readonly string[]) =>
    names.flatMap((name) => {
      const problem = problemOf(name);
      return problem === undefined ? [] : [`${kind}.${name} is not allowed: ${problem}`];
    });
  const all = [
    ...problems('consumer.environment', Object.keys(environment)),
    ...problems(
      'consumer.secrets',
      Object.keys(secrets).filter((name) => !(name in environment)),
    ),
  ];
  if (all.length > 0) throw new StackConfigError(all);
}
