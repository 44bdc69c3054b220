import { describe, expect, test } from '@jest/globals';
import { ConsumerEnvironment } from '../../lambdas/contract/environment.ts';
import { checkHandlerVariables, variableProblem } from '../../lib/handler-variables.ts';
import { StackConfigError } from '../../lib/stack-config.ts';

describe('a variable of the handlers', () => {
  test.each(['BILLING_URL', 'b1', 'AWSOME', 'MY_AWS_KEY', 'A_HANDLER', 'X_AMZN_TRACE_ID', 'LAMBDA'])(
    'may be called %s',
    (name) => expect(variableProblem(name)).toBeUndefined(),
  );

  test.each([
    ['', /letter/],
    ['A', /letter/],
    ['1A', /letter/],
    ['1AB', /letter/],
    ['_HANDLER', /letter/],
    ['AB-', /letter/],
    ['A-B', /letter/],
    ['A B', /letter/],
    ['POWERTOOLS_LOG_LEVEL', /framework/],
    ...Object.values(ConsumerEnvironment).map((name) => [name, /framework/] as const),
    ['AWS_REGION', /Lambda sets it/],
    ['LAMBDA_TASK_ROOT', /Lambda sets it/],
  ])('may not be called "%s"', (name, problem) => expect(variableProblem(name)).toMatch(problem));

  test('that is wrong is named with all others, and so is one that stands there twice', () => {
    expect(() => checkHandlerVariables({ environment: { OK: '1' }, secrets: { FINE: {} } })).not.toThrow();
    const wrong = { environment: { TWICE: '1', QUEUE_URL: '' }, secrets: { TWICE: {}, 'a b': {} } };
    expect(() => checkHandlerVariables(wrong)).toThrow(
      new StackConfigError([
        "consumer.environment.QUEUE_URL is not allowed: it is one of the framework's own",
        'consumer.secrets.TWICE is not allowed: it is also one of consumer.environment',
        'consumer.secrets.a b is not allowed: a name takes a letter, then letters, digits and _',
      ]),
    );
  });
});
