import { availableParallelism } from 'node:os';
import { BroadcastChannel } from 'node:worker_threads';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { FunctionModel } from '../../local/assembly/stack-model.ts';
import { functionEnvironment, REFUSING_ENDPOINT } from '../../local/runtime/function-environment.ts';
import { TestFunctions } from '../support/function-code.ts';

const functions = new TestFunctions();
afterEach(() => functions.cleanUp());

async function outcomeOf(code: string, overrides: Partial<FunctionModel> = {}, payload: unknown = {}) {
  const { fn, events } = await functions.create(code, overrides);
  const { outcome, requestId } = await fn.invoke(JSON.stringify(payload));
  return { outcome, requestId, events, fn };
}

describe('an invocation', () => {
  test('gets the event and Lambda’s context, and its result is JSON', async () => {
    const { outcome, requestId } = await outcomeOf(
      `export const handler = async (event, context) => ({
        event, context: { ...context }, remaining: context.getRemainingTimeInMillis(),
      });`,
      { timeoutSeconds: 7, memoryMb: 256 },
      { hello: 'wörld' },
    );
    const result = outcome.ok ? JSON.parse(outcome.payload) : outcome;
    expect(result).toMatchObject({
      event: { hello: 'wörld' },
      context: {
        awsRequestId: requestId,
        functionName: 'stack-Function',
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: '/aws/lambda/stack-Function',
      },
    });
    expect(result.remaining).toBeGreaterThan(6_000);
    expect(result.remaining).toBeLessThanOrEqual(7_000);
  });

  test('keeps its environment warm for the next', async () => {
    const { fn } = await functions.create('let count = 0; export const handler = async () => ++count;');
    const counts = [];
    for (let run = 0; run < 3; run += 1) counts.push((await fn.invoke('{}')).outcome);
    expect(counts).toEqual(['1', '2', '3'].map((payload) => ({ ok: true, payload })));
    expect(fn.initCount).toBe(1);
  });

  test('runs beside others in an environment of its own, up to the bound', async () => {
    const { fn, events } = await functions.create(
      `export const handler = () => new Promise((resolve) => setTimeout(resolve, 100));`,
      {},
      { maxSandboxes: 2 },
    );
    await Promise.all(Array.from({ length: 6 }, () => fn.invoke('{}')));
    expect(fn.initCount).toBe(2);
    let running = 0;
    let most = 0;
    for (const { type } of events.all) {
      if (type === 'invocation-started') most = Math.max(most, ++running);
      if (type === 'invocation-ended') running -= 1;
    }
    expect(most).toBe(2);
  });

  test('has as many environments as cores, and more when all of them wait', async () => {
    const cores = Math.max(2, availableParallelism());
    const { fn, events } = await functions.create(
      `import { BroadcastChannel } from 'node:worker_threads';
      const gate = new BroadcastChannel('runtime-test');
      export const handler = () => new Promise((resolve) => {
        gate.onmessage = resolve;
        console.log('running');
      });`,
      {},
      { maxSandboxes: cores + 1 },
    );
    const gate = new BroadcastChannel('runtime-test');
    const invocations = Array.from({ length: cores + 1 }, () => fn.invoke('{}'));
    await events.until(() => events.of('log').length === cores);
    expect(fn.initCount).toBe(cores);
    await events.until(() => events.of('log').length === cores + 1);
    gate.postMessage('go on');
    await Promise.all(invocations);
    gate.close();
    expect(fn.initCount).toBe(cores + 1);
  });

  test('reports a rejection with the error’s name, message and trace', async () => {
    const { outcome, events } = await outcomeOf(
      `export const handler = async () => { throw new TypeError('no such thing'); };`,
    );
    expect(outcome).toMatchObject({
      ok: false,
      result: 'error',
      error: { errorType: 'TypeError', errorMessage: 'no such thing' },
    });
    expect(events.of('invocation-ended')).toEqual([
      expect.objectContaining({
        result: 'error',
        error: expect.objectContaining({ errorType: 'TypeError' }),
      }),
    ]);
  });

  test('refuses an answer over 6 MB', async () => {
    const { outcome } = await outcomeOf(`export const handler = async () => 'x'.repeat(6 * 1024 * 1024);`);
    expect(outcome).toMatchObject({ ok: false, error: { errorType: 'Function.ResponseSizeTooLarge' } });
  });
});

describe('ending by force', () => {
  const timedOut = {
    ok: false,
    result: 'timeout',
    error: {
      errorType: 'Sandbox.Timedout',
      errorMessage: expect.stringMatching(/Task timed out after 1.00 seconds$/),
    },
  };

  test.each([
    ['that waits', `export const handler = () => new Promise(() => setInterval(() => 0, 1000));`],
    ['that spins', `export const handler = async () => { for (;;); };`],
  ])('a handler %s is killed at its timeout, and the next invocation starts afresh', async (_name, code) => {
    const { fn } = await functions.create(code, { timeoutSeconds: 1 });
    expect((await fn.invoke('{}')).outcome).toMatchObject(timedOut);
    expect((await fn.invoke('{}')).outcome).toMatchObject(timedOut);
    expect(fn.initCount).toBe(2);
  });

  test.each([
    ['process.exit', `process.exit(3)`, /exit status 3/],
    [
      'an uncaught exception',
      `setTimeout(() => { throw new Error('late') }); await new Promise(() => 0)`,
      /late/,
    ],
  ])('%s is a crash', async (_name, code, message) => {
    const { outcome, fn } = await outcomeOf(`export const handler = async () => { ${code} };`);
    expect(outcome).toMatchObject({
      ok: false,
      result: 'crash',
      error: { errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(message) },
    });
    await fn.invoke('{}');
    expect(fn.initCount).toBe(2);
  });

  test('kill ends the invocation under way like a crash', async () => {
    const { fn, events } = await functions.create(
      `export const handler = async (event) => {
        console.log('running');
        if (event.wait) await new Promise(() => setInterval(() => 0, 1000));
        return 'done';
      };`,
    );
    const running = fn.invoke('{"wait":true}');
    await events.next('log', ({ line }) => line === 'running');
    await fn.kill();
    expect((await running).outcome).toMatchObject({ ok: false, result: 'crash' });
    expect((await fn.invoke('{}')).outcome).toEqual({ ok: true, payload: '"done"' });
  });
});

describe('loading the code', () => {
  test.each([
    ['a missing export', `export const other = 1;`, 'index.handler', 'Runtime.HandlerNotFound'],
    [
      'an export that is no function',
      `export const handler = 1;`,
      'index.handler',
      'Runtime.HandlerNotFound',
    ],
    ['a missing file', `export const handler = () => 1;`, 'main.handler', 'Runtime.ImportModuleError'],
    [
      'a missing import',
      `import 'not-there'; export const handler = 1;`,
      'index.handler',
      'Runtime.ImportModuleError',
    ],
    ['a handler without a dot', `export const handler = 1;`, 'handler', 'Runtime.MalformedHandlerName'],
    ['a syntax error', `export const handler = ;`, 'index.handler', 'Runtime.UserCodeSyntaxError'],
    [
      'a callback handler',
      `export const handler = (a, b, c) => c();`,
      'index.handler',
      'Runtime.CallbackHandlerDeprecated',
    ],
    ['an error at load', `throw new RangeError('at load');`, 'index.handler', 'RangeError'],
    ['an exit at load', `process.exit(1);`, 'index.handler', 'Runtime.ExitError'],
  ])('fails for %s, every time', async (_name, code, handler, errorType) => {
    const { fn } = await functions.create(code, { handler });
    for (let run = 1; run <= 2; run += 1) {
      expect((await fn.invoke('{}')).outcome).toMatchObject({
        ok: false,
        result: 'init-error',
        error: { errorType },
      });
    }
    expect(fn.initCount).toBe(2);
  });

  test('waits for what the module awaits', async () => {
    const { outcome } = await outcomeOf(
      `const value = await new Promise((resolve) => setTimeout(() => resolve('late'), 50));
       export const handler = async () => value;`,
    );
    expect(outcome).toEqual({ ok: true, payload: '"late"' });
  });
});

describe('the environment', () => {
  test('is the template’s and Lambda’s, and nothing of this process', async () => {
    process.env['LEAKED'] = 'yes';
    const endpoints = {
      sqs: 'http://sqs',
      dynamoDb: 'http://db',
      secretsManager: 'http://sm',
      sns: 'http://sns',
    };
    const { fn } = await functions.create(
      `export const handler = async () => process.env;`,
      { environment: { OWN: 'template', OTHER: 'template' } },
      { environmentOf: (definition) => functionEnvironment(definition, endpoints, { OTHER: 'override' }) },
    );
    const { outcome } = await fn.invoke('{}');
    const environment = outcome.ok ? JSON.parse(outcome.payload) : {};
    expect(environment).toMatchObject({
      OWN: 'template',
      OTHER: 'override',
      AWS_REGION: 'eu-central-2',
      AWS_LAMBDA_FUNCTION_NAME: 'stack-Function',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_ENDPOINT_URL: REFUSING_ENDPOINT,
      AWS_ENDPOINT_URL_SQS: 'http://sqs',
      _HANDLER: 'index.handler',
    });
    expect(environment).not.toHaveProperty('LEAKED');
    delete process.env['LEAKED'];
  });

  test('of new code is used by the next invocation, while the one under way ends with the old', async () => {
    const code = (answer: string) =>
      `export const handler = async () => { console.log('running'); await new Promise((r) => setTimeout(r, 100)); return '${answer}'; };`;
    const { fn, events } = await functions.create(code('old'));
    const running = fn.invoke('{}');
    await events.next('log', ({ line }) => line === 'running');
    await fn.replace(await functions.define(code('new')));
    expect((await running).outcome).toEqual({ ok: true, payload: '"old"' });
    expect((await fn.invoke('{}')).outcome).toEqual({ ok: true, payload: '"new"' });
  });
});

describe('output', () => {
  test('arrives line by line before the end of its invocation, metrics parsed', async () => {
    const metric = {
      _aws: {
        Timestamp: 1,
        CloudWatchMetrics: [
          { Namespace: 'Tests', Dimensions: [['service']], Metrics: [{ Name: 'Done', Unit: 'Count' }] },
        ],
      },
      service: 'worker',
      Done: [1, 2],
    };
    const { events } = await outcomeOf(
      `export const handler = async () => {
        process.stdout.write('one\\ntw');
        process.stdout.write('o\\n');
        console.error('three');
        console.log(${JSON.stringify(JSON.stringify(metric))});
      };`,
    );
    expect(events.all.at(-1)?.type).toBe('invocation-ended');
    expect(
      events
        .of('log')
        .map(({ stream, line }) => [stream, line])
        .slice(0, 3),
    ).toEqual([
      ['stdout', 'one'],
      ['stdout', 'two'],
      ['stderr', 'three'],
    ]);
    expect(events.of('metric')).toEqual([
      {
        type: 'metric',
        functionName: 'stack-Function',
        namespace: 'Tests',
        name: 'Done',
        values: [1, 2],
        unit: 'Count',
        dimensions: { service: 'worker' },
      },
    ]);
  });
});
